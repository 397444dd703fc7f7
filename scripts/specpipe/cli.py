"""The command line: arguments in, one line a finding out, an exit status that scripts can trust.

0: as wanted. 1: the spec or a tool is at fault. 2: misused, or the system refuses. 4: generated
files are stale.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from specpipe import cache, emit, pipeline
from specpipe.arguments import output_folder, spec_file
from specpipe.diagnostics import Misuse, SpecError, ToolError, one_line
from specpipe.manual import Layout, filled
from specpipe.manuals import ABOUT, CHECK, COMPLETION, GENERATE, LINT, SERVE, TOP_EPILOG
from specpipe.spec.advice import advise
from specpipe.targets.registry import TARGETS, select
from specpipe.tree import Change
from specpipe.workspace import OUT, SPEC, shown

MISUSED = 2
STALE = 4
INTERRUPTED = 130
OWN = frozenset({"generate", "check", "lint", "serve"})
"""The commands of this module."""
SHELLS = ("bash", "zsh", "tcsh")
MAX_SHOWN = 500
"""Problems that are listed; the rest is counted."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    try:
        given = sys.argv[1:] if arguments is None else arguments
        options = parser(given[0] if given else "").parse_args(given)
        command: Callable[[argparse.Namespace], int] = options.command
        return command(options)
    except SpecError as error:
        for diagnostic in error.diagnostics[:MAX_SHOWN]:
            print(diagnostic, file=sys.stderr)
        count = len(error.diagnostics)
        if count > MAX_SHOWN:
            print(f"… and {count - MAX_SHOWN} more", file=sys.stderr)
        print(f"{count} problem{'s' * (count != 1)} in the spec; nothing written", file=sys.stderr)
        return 1
    except ToolError as error:
        misused = isinstance(error, Misuse)
        print(f"specpipe: {one_line(str(error)) if misused else error}", file=sys.stderr)
        return MISUSED if misused else 1
    except BrokenPipeError:  # whoever reads our output has had enough of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(f"specpipe: {one_line(str(error))}", file=sys.stderr)
        return MISUSED
    except KeyboardInterrupt:
        print("specpipe: interrupted; nothing half-written", file=sys.stderr)
        return INTERRUPTED


def parser(wanted: str = "") -> argparse.ArgumentParser:
    """The commands and their options; for a `wanted` one of OWN those alone."""
    top = argparse.ArgumentParser(
        prog="specpipe", description=filled(ABOUT), epilog=TOP_EPILOG, formatter_class=Layout
    )
    commands = top.add_subparsers(required=True, metavar="command", title="commands")
    for name, command, manual in (
        ("generate", generate, GENERATE),
        ("check", check, CHECK),
        ("lint", lint, LINT),
        ("serve", serve, SERVE),
    ):
        sub = manual.add(commands, name, command)
        sub.add_argument("--spec", type=spec_file, default=SPEC, help="the OpenAPI document")
        if command is not lint:
            sub.add_argument("--out", type=output_folder, default=OUT, help="the output folder")
        if command in (generate, check):
            names = ",".join(target.name for target in TARGETS)
            sub.add_argument("--targets", default="", help=f"comma-separated; all: {names}")
    if wanted not in OWN:
        add_others(commands)
        sub = COMPLETION.add(commands, "completion", completion)
        sub.add_argument("shell", choices=SHELLS, help="the shell that is to read it")
    return top


def add_others(commands: Any) -> None:
    """Add the commands of the other packages, which are imported for it: that takes longer than
    all of `generate` when nothing has changed."""
    from specpipe.adopt.cli import add_command as add_adopt
    from specpipe.audit.cli import add_command as add_audit
    from specpipe.bench.cli import add_command as add_bench
    from specpipe.conformance.cli import add_command as add_conformance
    from specpipe.corpus.cli import add_command as add_corpus
    from specpipe.diff.cli import add_commands as add_diff
    from specpipe.others.cli import add_command as add_judge_others

    for add in (
        *(add_adopt, add_audit, add_conformance, add_bench),
        *(add_diff, add_judge_others, add_corpus),
    ):
        add(commands)


def generate(options: argparse.Namespace) -> int:
    """Bring the output folder up to date."""
    started = time.monotonic()
    found = changes(options)
    emit.apply(found, options.out)
    for change in found:
        if change.kind == "orphan":
            print(described(change, options.out))
    written = sum(change.kind != "orphan" for change in found)
    seconds = time.monotonic() - started
    print(f"{shown(options.out)}: {written} files changed ({seconds:.1f} s)")
    return STALE if any(change.kind == "orphan" for change in found) else 0


def check(options: argparse.Namespace) -> int:
    """Compare the output folder with what the spec gives."""
    found = changes(options)
    for change in found:
        print(described(change, options.out))
    if found:
        print(f"{len(found)} files are stale: run `make generate`")
        return STALE
    print(f"{shown(options.out)} is what {shown(options.spec)} gives")
    return 0


def changes(options: argparse.Namespace) -> tuple[Change, ...]:
    """What would have to change. With every target at hand, nothing else may be in the folder."""
    targets = select(options.targets)
    whole = set(targets) == set(TARGETS)
    return pipeline.changes(options.spec, options.out, targets, whole=whole, kept=cache.of_user())


def described(change: Change, out: Path) -> str:
    """A change, with its path as seen from here."""
    return one_line(f"{shown(out)}/{change}")


def lint(options: argparse.Namespace) -> int:
    """Load the spec, check it, say what could be better, and how much it holds."""
    document, api = pipeline.read_spec(options.spec)
    if advice := advise(document):
        for diagnostic in advice:
            print(diagnostic)
        return 1
    print(
        f"{shown(options.spec)}: {len(api.operations)} operations, {len(api.schemas)} schemas: ok"
    )
    return 0


def serve(options: argparse.Namespace) -> int:
    """Become the generated server; its settings come from the environment."""
    from specpipe.conformance.process import server_environment, server_module

    _, api = pipeline.read_spec(options.spec)
    try:
        module = server_module(api, options.out)
    except ToolError as error:
        raise Misuse(str(error)) from error
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-m", module], server_environment(options.out))


def completion(options: argparse.Namespace) -> int:
    """Write a script for a shell."""
    import shtab

    whole = parser()
    for action in actions(whole):
        if action.type in (Path, spec_file):
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.type is output_folder:
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    print(shtab.complete(whole, options.shell))
    return 0


def actions(whole: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """The options of a parser and of its commands."""
    for action in whole._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from actions(command)
