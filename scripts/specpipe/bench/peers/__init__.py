"""What people would write instead, from the same spec, in a virtual environment of its own."""
