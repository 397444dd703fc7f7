"""The command line: `PROGRAM [COMMAND] [OPTIONS]`. Without a command it is `serve`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .contract import Contract
from .replies import one_line
from .serving import AppFactory, serve
from .settings import read_serve_settings


@dataclass(frozen=True, slots=True)
class Invocation:
    """What a command gets: the program's name for messages, and the arguments after its own."""

    contract: Contract
    create_app: AppFactory
    program: str
    arguments: Sequence[str]


def serve_command(given: Invocation) -> int:
    """Serve until stopped."""
    others = ", ".join(name for name in COMMANDS if name != "serve")
    epilog = f"Other commands: {others}; `{given.program} COMMAND --help`." if others else ""
    settings = read_serve_settings(given.contract, given.program, given.arguments, epilog)
    return serve(given.contract, given.create_app, settings, given.program)


COMMANDS: Mapping[str, Callable[[Invocation], int]] = {"serve": serve_command}
"""By name. Each returns the exit status: 0 done, 1 could not, 2 misused."""


def main(
    contract: Contract, create_app: AppFactory, program: str, arguments: Sequence[str] | None = None
) -> int:
    """Run one command; returns its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    command = "serve"
    if given and not given[0].startswith("-"):
        command = given.pop(0)
    run = COMMANDS.get(command)
    if run is None:
        known = ", ".join(COMMANDS)
        print(f"{program}: no command is called {one_line(command)!r}: {known}", file=sys.stderr)
        return 2
    return run(Invocation(contract, create_app, program, given))
