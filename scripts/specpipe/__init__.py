"""The pipeline behind the Makefile: one OpenAPI document in, SDKs and a server out."""
