"""What was forgotten, said honestly: paired statistics and verdicts. Pure Python and NumPy, no torch."""
