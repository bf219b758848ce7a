"""The language: from text to an expression."""
