"""One run: its verdict, timeline, answers, drift, setup and log."""
