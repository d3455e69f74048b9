"""Data: a file as the model will see it, what is odd about it, and how its columns are read."""
