"""An expression and its derivatives compiled for many points."""
