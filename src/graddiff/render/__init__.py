"""Views of results, one file per format, and what they share: tables, the terminal, markup."""
