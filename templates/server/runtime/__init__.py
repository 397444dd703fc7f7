"""The part of the server that is the same for every API: HTTP, validation, behaviour, storage."""
