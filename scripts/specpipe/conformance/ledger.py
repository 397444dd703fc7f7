"""Whose things are whose: nothing on a server is touched but what the judge created there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from specpipe.conformance.exchange import Exchange


class Broken(Exception):
    """A law is broken: why, and the exchange that shows it."""

    def __init__(self, message: str, exchange: Exchange | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.exchange = exchange


class Trespass(Broken):
    """A create gave out the id of something that was there before. Going on could destroy what is
    somebody's, so nothing is written any more."""


@dataclass(slots=True)
class Ledger:
    """The ids on one server for one resource: `foreign` were there before the judge came, `given`
    came back from its creates, and `own` are those of them that have not been deleted."""

    foreign: frozenset[str] = frozenset()
    given: set[str] = field(default_factory=set)
    own: list[str] = field(default_factory=list)
    disposable: bool = False
    """Whether nothing on the server is anybody's: then an id that comes again endangers nothing.
    That it must not is a law, and the others go on with the thing of that id."""
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def claim(self, id: str, exchange: Exchange, proposed: Any = None) -> None:
        """Note the id that a create gave out. Raises Trespass, and claims nothing, when it was
        somebody's, or had been given out before: one that we `proposed`, and had deleted before,
        may come again."""
        with self._lock:
            if id in self.foreign:
                raise Trespass(f"a create gave out {id}, which was there before", exchange)
            if id in self.given and (id != proposed or id in self.own):
                if not self.disposable:
                    raise Trespass(f"a create gave out {id} a second time", exchange)
                self.release(id)
            self.given.add(id)
            self.own.append(id)

    def claim_reply(self, exchange: Exchange, id_member: str, proposed: Any = None) -> None:
        """Note what a create made, whatever else is wrong with its answer. Raises Trespass."""
        if 200 <= exchange.status < 300:
            try:
                id = exchange.json()[id_member]
            except (ValueError, KeyError, TypeError):
                return
            self.claim(str(id), exchange, proposed)

    def release(self, id: str) -> None:
        """Note that a thing of ours has been deleted."""
        if id in self.own:
            self.own.remove(id)

    def keep(self, ids: Iterable[str]) -> None:
        """Note what is left after a clean-up."""
        self.own = list(ids)
