"""How anything is written: numbers, names, terms and labels, in each alphabet."""
