"""Transports: one module per HTTP library."""
