"""One file a format, and what they share: the alphabet, tables, the terminal."""
