"""Comparisons: with expected numbers, and with derivatives that are computed in other ways."""
