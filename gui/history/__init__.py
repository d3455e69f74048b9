"""History: every action, and the way back."""
