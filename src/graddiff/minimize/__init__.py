"""Descent: from a gradient to a minimum, one step at a time."""
