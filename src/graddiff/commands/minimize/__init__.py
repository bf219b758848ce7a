"""graddiff minimize."""
