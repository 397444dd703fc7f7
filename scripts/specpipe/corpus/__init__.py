"""Real documents of others, pinned: what the pipeline makes of each, measured and told."""
