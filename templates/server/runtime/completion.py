"""Completion of commands and options by shells."""

from __future__ import annotations

import argparse

SHELLS = ("bash", "zsh", "tcsh")


def completion_script(parser: argparse.ArgumentParser, shell: str) -> str:
    """What `shell` reads to complete the command of `parser`. Raises ImportError without shtab."""
    import shtab  # an extra: servers run without it

    text: str = shtab.complete(parser, shell)
    return text
