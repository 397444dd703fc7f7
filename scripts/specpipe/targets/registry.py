"""The targets there are, by name."""

from __future__ import annotations

from specpipe.diagnostics import ToolError
from specpipe.targets.base import Target
from specpipe.targets.python import PythonTarget
from specpipe.targets.server import ServerTarget

TARGETS: tuple[Target, ...] = (PythonTarget(), ServerTarget())


def select(names: str) -> tuple[Target, ...]:
    """The targets that a comma-separated list names; all of them when it is empty.

    Raises ToolError on a name that is none.
    """
    known = {target.name: target for target in TARGETS}
    wanted = [name.strip() for name in names.split(",") if name.strip()] or list(known)
    for name in wanted:
        if name not in known:
            raise ToolError(f"TARGETS: no target is called {name!r}: there are {', '.join(known)}")
    return tuple(known[name] for name in dict.fromkeys(wanted))
