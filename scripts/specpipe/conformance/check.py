"""What a judgement is made of: checks, each with a name by which it can be run again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from specpipe.conformance.ledger import Broken
from specpipe.conformance.session import Session


@dataclass(frozen=True, slots=True)
class Check:
    """Something that has to be true of a server or of an SDK.

    `judge` gives each departure that it finds. It may raise Broken for the last one, Missing when
    the spec has not what it needs, and LeftOut when it cannot be done on this machine.
    """

    kind: str
    """`law`, `history`, `story`, `requests`, `answers` or `access`."""
    name: str
    """Unique within its kind: of a law, the resource and the law; of a client, its name."""
    statement: str
    pointer: str
    """Where the spec says so, a JSON pointer."""
    operations: tuple[str, ...]
    """Ids of the operations that it is about; it may call others to get there."""
    writes: bool
    """Whether it asks the server to change something."""
    cost: int
    """About how many requests it sends to the server."""
    judge: Callable[[Session], Iterator[Broken]]
    narrow: Callable[[tuple[str, ...]], Check] | None = None
    """The same check of some of its operations, where they have nothing to do with each other. It
    does with each what the whole check does."""

    @property
    def id(self) -> str:
        """Its name among all checks."""
        return f"{self.kind}/{self.name}"

    @property
    def apart(self) -> bool:
        """Whether it asks nothing of the server, and can be made beside what does."""
        return self.cost == 0

    def about(self, operations: Collection[str]) -> Check | None:
        """What of it is about any of these operations, by id; None for nothing."""
        some = tuple(id for id in self.operations if id in operations)
        if not some:
            return None
        return self if self.narrow is None else self.narrow(some)
