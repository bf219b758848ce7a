"""Formulas: how they are built, simplified, shortened and written."""
