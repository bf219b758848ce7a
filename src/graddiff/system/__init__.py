"""Files that are read and written, and work shared among processes."""
