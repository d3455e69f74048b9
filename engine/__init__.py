"""Palimpsest's engine: fine-tune a language model and measure what it forgot. No window here."""

__version__ = "0.1.0"
