"""After a run: weaker versions of what was trained (the strength slider), and how far the weights moved (drift)."""
