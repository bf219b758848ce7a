"""Answers for the terminal: trees, tables and charts."""
