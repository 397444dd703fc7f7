"""A document of somebody else's made into a spec of the house: what it has words for stays."""
