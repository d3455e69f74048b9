"""What is done against forgetting while training: one module a protection, put together in `assembled`."""
