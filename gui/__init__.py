"""The window: a client of the engine's store. It never imports torch."""
