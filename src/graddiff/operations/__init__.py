"""The operations and their rules."""
