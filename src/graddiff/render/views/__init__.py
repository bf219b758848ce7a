"""Answers other than value and gradient, as models that a terminal or JSON shows."""
