"""The main command: graddiff EXPRESSION."""
