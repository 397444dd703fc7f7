"""Documentation pages against the spec: what they say, as facts, and whether the spec says it."""
