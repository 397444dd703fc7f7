"""The command line: `PROGRAM [COMMAND] [OPTIONS]`. Without a command it is `serve`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .completion import SHELLS, completion_script
from .contract import Contract
from .exporting import STANDARD
from .importing import Reader
from .json_input import Schemas
from .limits import DEFAULT_LIMITS, limits_with
from .replies import one_line
from .serving import AppFactory, serve
from .settings import (
    DATABASE,
    DATABASE_URL,
    LIMIT_SETTINGS,
    OptionParser,
    read_serve_settings,
    serve_parser,
)
from .transfer import run_export, run_import

MORE_HELP = """\
An option wins over the variable named in brackets; an empty variable counts as unset.

commands, each with a --help of its own:
  export      write what is stored as JSON, one object a line
  import      store what `export` wrote
  completion  write a script that lets a shell complete all this

examples:
  {program}                                   in ./events.db, on the first free port
  {program} --port 0 --database-url sqlite:////var/lib/events.db
  API_KEY=secret {program} --host 0.0.0.0     for other machines, which need the key
  {program} export --output backup.jsonl      while a server runs, too

exit status:
  0  stopped as it was told to
  1  could not go on; one line on standard error says why
  2  an option, a variable or a command is wrong; one line says which
"""
LARGEST_BODY = replace(
    LIMIT_SETTINGS["body"],
    help=f"as the server has it, which stores twice that; {LIMIT_SETTINGS['body'].help}",
)


@dataclass(frozen=True, slots=True)
class Invocation:
    """What a command gets: the program's name for messages, and the arguments after its own."""

    contract: Contract
    create_app: AppFactory
    read_document: Callable[[], Mapping[str, Any]]
    program: str
    arguments: Sequence[str]


def serve_command(given: Invocation) -> int:
    """Serve until stopped."""
    epilog = MORE_HELP.format(program=given.program)
    settings = read_serve_settings(given.contract, given.program, given.arguments, epilog)
    return serve(given.contract, given.create_app, settings, given.program)


def export_command(given: Invocation) -> int:
    """Write out what is stored."""
    options = export_parser(given)
    values = options.parse_args(given.arguments)
    url = options.value(values, DATABASE) or DATABASE_URL
    return run_export(given.contract.resource(values.kind), options.prog, url, values.output)


def import_command(given: Invocation) -> int:
    """Take in what was written out."""
    options = import_parser(given)
    values = options.parse_args(given.arguments)
    url = options.value(values, DATABASE) or DATABASE_URL
    largest = options.value(values, LARGEST_BODY)
    limits = DEFAULT_LIMITS if largest is None else limits_with(body=largest)
    reader = Reader(
        given.contract.resource(values.kind), Schemas(given.read_document()), limits.thing
    )
    return run_import(reader, options.prog, url, values.file)


def completion_command(given: Invocation) -> int:
    """Write what lets a shell complete commands and options."""
    options = OptionParser(
        f"{given.program} completion",
        "Write a script that lets a shell complete commands and options. Needs shtab, which the "
        "extra `completion` installs.",
        f'For the shell that runs: eval "$({given.program} completion bash)".',
    )
    options.add_argument("shell", choices=SHELLS)
    shell = options.parse_args(given.arguments).shell
    try:
        text = completion_script(whole_parser(given), shell)
    except ImportError:
        print(f"{options.prog}: shtab is not installed: pip install shtab", file=sys.stderr)
        return 1
    print(text)
    return 0


def whole_parser(given: Invocation) -> argparse.ArgumentParser:
    """All commands in one parser."""
    serving = serve_parser(given.contract, given.program)
    whole = argparse.ArgumentParser(prog=given.program, parents=[serving], add_help=False)
    commands = whole.add_subparsers()
    parsers = [export_parser, import_parser] if given.contract.resources else []
    for make in parsers:
        parser = make(given)
        name = parser.prog.rpartition(" ")[2]
        commands.add_parser(name, parents=[parser], add_help=False, help=parser.description)
    return whole


def export_parser(given: Invocation) -> OptionParser:
    """The options of `export`."""
    options = transfer_parser(
        given, "export", "Write what is stored as JSON, one object a line, oldest first."
    )
    options.add_argument(
        "--output",
        metavar="FILE",
        default=STANDARD,
        help="replaced as a whole when all is written; standard output unless given",
    )
    return options


def import_parser(given: Invocation) -> OptionParser:
    """The options of `import`."""
    options = transfer_parser(
        given,
        "import",
        "Store what `export` wrote, unless its id is stored already. All of it is checked first: "
        "when a line is not valid nothing is stored.",
    )
    options.add_argument(
        "file", nargs="?", metavar="FILE", default=STANDARD, help="standard input unless given"
    )
    options.add(LARGEST_BODY)
    return options


def transfer_parser(given: Invocation, command: str, description: str) -> OptionParser:
    """The options that `export` and `import` share. Exits with status 2 when nothing is stored."""
    options = OptionParser(f"{given.program} {command}", description)
    kinds = [resource.name for resource in given.contract.resources]
    if not kinds:
        options.error("this API stores nothing")
    options.add(DATABASE)
    options.add_argument(
        "--kind",
        choices=kinds,
        default=kinds[0] if len(kinds) == 1 else None,
        required=len(kinds) > 1,
        help="of what is stored; needed when there are several",
    )
    return options


COMMANDS: Mapping[str, Callable[[Invocation], int]] = {
    "serve": serve_command,
    "export": export_command,
    "import": import_command,
    "completion": completion_command,
}
"""By name. Each returns the exit status: 0 done, 1 could not, 2 misused."""


def main(
    contract: Contract,
    create_app: AppFactory,
    read_document: Callable[[], Mapping[str, Any]],
    program: str,
    arguments: Sequence[str] | None = None,
) -> int:
    """Run one command; returns its exit status."""
    open_standard_streams()
    given = list(sys.argv[1:] if arguments is None else arguments)
    command = "serve"
    if given and not given[0].startswith("-"):
        command = given.pop(0)
    run = COMMANDS.get(command)
    if run is None:
        known = ", ".join(COMMANDS)
        print(f"{program}: no command is called {one_line(command)!r}: {known}", file=sys.stderr)
        return 2
    return run(Invocation(contract, create_app, read_document, program, given))


def open_standard_streams() -> None:
    """Open those that were closed (`program >&-`), on nothing: a database would get the number of
    one otherwise, and what is written for people would end in it."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 - for as long as we run
