"""Reports of graded homework, one file per format: each renders a homework and its results."""
