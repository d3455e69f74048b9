"""What a user can do, one small named function each: the operation, and what to say when it worked."""
