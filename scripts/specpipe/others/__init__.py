"""Servers that tools of others make of the same spec, judged: what the judge is worth to them."""
