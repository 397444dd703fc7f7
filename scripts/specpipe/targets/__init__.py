"""Targets: each turns the operations view into the files of one package."""
