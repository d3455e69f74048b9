"""Base models: find, check, import, fingerprint and load them. The base is opened for reading only, always."""
