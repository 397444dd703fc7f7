"""The targets there are, by name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from specpipe.diagnostics import Misuse
from specpipe.spec.model import Api, Document
from specpipe.targets.base import Target, Waiting
from specpipe.tree import Tree


@dataclass(frozen=True, slots=True)
class Deferred:
    """A target whose modules are imported when it renders: that takes longer than all of a run in
    which nothing has changed."""

    name: str
    folder: str
    target: Callable[[], Target]

    def render(self, document: Document, api: Api) -> Tree:
        """See `Target.render`."""
        return self.target().render(document, api)


@dataclass(frozen=True, slots=True)
class DeferredWaiting(Deferred):
    """The same for one that waits for another process."""

    target: Callable[[], Waiting]

    def begin(self, document: Document, api: Api) -> AbstractContextManager[Callable[[], Tree]]:
        """See `Waiting.begin`."""
        return self.target().begin(document, api)


def python() -> Target:
    """The Python SDK."""
    from specpipe.targets.python import PythonTarget

    return PythonTarget()


def server() -> Target:
    """The server."""
    from specpipe.targets.server import ServerTarget

    return ServerTarget()


def typescript() -> Waiting:
    """The TypeScript SDK."""
    from specpipe.targets.typescript import TypeScriptTarget

    return TypeScriptTarget()


def docs() -> Target:
    """The documentation."""
    from specpipe.targets.docs import DocsTarget

    return DocsTarget()


TARGETS: tuple[Target, ...] = (
    Deferred("python", "python-client", python),
    Deferred("server", "server", server),
    DeferredWaiting("typescript", "typescript-client", typescript),
    Deferred("docs", "docs", docs),
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
