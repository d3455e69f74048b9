"""What leaves the project: so far the result page. Exports hold no local paths and fetch nothing."""
