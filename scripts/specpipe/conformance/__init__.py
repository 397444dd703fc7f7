"""The judge: does a server, and does an SDK, do what the spec says?"""
