"""The screen Compare: several runs against one baseline."""
