"""Reference texts that are generated: man pages and completion scripts."""
