"""Settings: appearance, storage, notifications and training; they apply at once."""
