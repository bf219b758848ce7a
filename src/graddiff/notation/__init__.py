"""How formulas and numbers are written, in the expression language and in other alphabets.

Read `style` first: it says what a term and an alphabet are."""
