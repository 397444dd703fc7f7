"""Benchmarks: the generated server beside what people would write instead, in one run."""
