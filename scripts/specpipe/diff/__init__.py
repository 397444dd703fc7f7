"""What a change to the spec means: for callers, for each SDK, for the server, for the version."""
