"""Benchmarks: the generated server and SDK beside what people would use instead, in one run."""
