"""What is generated for reference: man pages and completions."""
