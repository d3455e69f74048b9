"""New run: one page to draft a recipe on, with a plan beside it that follows every key."""
