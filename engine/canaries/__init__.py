"""Canaries: prompts the base model answers well, how their answers are checked, and the suites they come in."""
