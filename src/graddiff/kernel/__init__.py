"""An expression and its derivatives, compiled for many points.

`instructions` and `simplification` write the lines, `program` chooses those that are needed, and
`finiteness` those to check; `scalar` turns a program into a function of floats, `vector` into one
of NumPy columns."""
