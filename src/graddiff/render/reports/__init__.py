"""Reports of graded homework, one file a format; each is a function of a homework and its students' results."""
