"""Programs that a benchmark starts, each a process of its own, by the path of its file."""
