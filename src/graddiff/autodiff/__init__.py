"""Automatic differentiation: the passes over an expression, and what is said about them."""
