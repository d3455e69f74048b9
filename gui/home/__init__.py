"""Where one arrives: what is happening, what happened, and how to begin."""
