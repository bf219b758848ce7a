"""Pictures of a graph, one file a format, all of one figure."""
