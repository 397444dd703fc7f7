"""The help of a command: what it does, its options, exit statuses, environment, and examples."""

from __future__ import annotations

import argparse
import shutil
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

WIDTH = 100
MISUSED = "misused, or the system refuses: one line says what to do"
COMMON: Mapping[int, str] = {2: MISUSED, 130: "interrupted; nothing is half-written"}
"""Exit statuses that all commands share."""


@dataclass(frozen=True, slots=True)
class Manual:
    """What `--help` says of a command. `statuses` come over those of COMMON; `examples` are
    command lines with what each does; `environment` is of variables."""

    text: str
    about: str
    statuses: Mapping[int, str]
    examples: Mapping[str, str]
    environment: Mapping[str, str] = field(default_factory=dict)

    def add(
        self, commands: Any, name: str, command: Callable[[argparse.Namespace], int]
    ) -> argparse.ArgumentParser:
        """A parser for the command `name` among `commands`, to add options to."""
        parser: argparse.ArgumentParser = commands.add_parser(
            name,
            help=self.text,
            description=filled(f"{self.text[0].upper()}{self.text[1:]}. {self.about}"),
            epilog=self.epilog(),
            formatter_class=Layout,
        )
        parser.set_defaults(command=command)
        return parser

    def epilog(self) -> str:
        """What comes after the options."""
        statuses = {str(key): value for key, value in sorted({**COMMON, **self.statuses}.items())}
        parts = [section("exit status", statuses)]
        if self.environment:
            parts.append(section("environment", self.environment))
        examples = (f"  {line}\n      {what}" for line, what in self.examples.items())
        return "\n\n".join([*parts, "\n".join(["examples:", *examples])])


class Layout(argparse.RawDescriptionHelpFormatter):
    """Options as argparse lays them out, and all else as it is written."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=width())


def width() -> int:
    """Columns to fill: those of the terminal, as far as lines are easy to read."""
    return min(shutil.get_terminal_size((WIDTH, 24)).columns - 2, WIDTH)


def filled(text: str, indent: int = 0, first: str = "") -> str:
    """A paragraph in lines that are not too long; `first` stands before it."""
    return textwrap.fill(
        text,
        width(),
        initial_indent=first,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def section(title: str, entries: Mapping[str, str]) -> str:
    """A titled list of names and what they mean."""
    room = max(map(len, entries)) + 4
    lines = (filled(what, room, f"  {name:<{room - 2}}") for name, what in entries.items())
    return "\n".join([f"{title}:", *lines])
