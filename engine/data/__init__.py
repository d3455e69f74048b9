"""Data: read the user's file, map its columns, render and mask it with the model's template, split it, examine it."""
