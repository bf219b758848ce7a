"""Many points: where their bindings come from, and how each row gets its answer."""
