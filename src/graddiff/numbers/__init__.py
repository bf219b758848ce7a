"""The kinds of number that a pass can run on."""
