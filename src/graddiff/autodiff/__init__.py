"""Automatic differentiation of an expression at a point.

Read `reverse_pass` first, then `forward_pass` and `result`."""
