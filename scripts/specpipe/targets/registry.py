"""The targets there are, by name."""

from __future__ import annotations

from specpipe.diagnostics import Misuse
from specpipe.targets.base import Target
from specpipe.targets.docs import DocsTarget
from specpipe.targets.python import PythonTarget
from specpipe.targets.server import ServerTarget
from specpipe.targets.typescript import TypeScriptTarget

TARGETS: tuple[Target, ...] = (
    PythonTarget(),
    ServerTarget(),
    TypeScriptTarget(),
    DocsTarget(),
)


def select(names: str) -> tuple[Target, ...]:
    """The targets that a comma-separated list names; all of them when it is empty.

    Raises Misuse on a name that is none, and on commas without a name.
    """
    known = {target.name: target for target in TARGETS}
    if not names.strip():
        return TARGETS
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    if not wanted:
        raise Misuse(f"TARGETS: {names!r} names no target: there are {', '.join(known)}")
    for name in wanted:
        if name not in known:
            raise Misuse(f"TARGETS: no target is called {name!r}: there are {', '.join(known)}")
    return tuple(known[name] for name in dict.fromkeys(wanted))
