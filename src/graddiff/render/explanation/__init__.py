"""Both passes of a result, explained line by line."""
