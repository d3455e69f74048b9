"""Models: bases and what was tuned from them, where they lie, whether they are what was recorded, and the Trash."""
