"""Canaries: suites, their prompts and checks, the budgets, what the base scores, and what is odd about an item."""
