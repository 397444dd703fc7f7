"""What a history consists of: acts that can be told to a person, and done again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from specpipe.conformance.history_reads import OTHERS
from specpipe.conformance.history_steps import Steps
from specpipe.conformance.judge import MISSHAPEN
from specpipe.conformance.ledger import Broken, Trespass
from specpipe.conformance.subject import Subject
from specpipe.spec.model import Associate

ALONE = {"ask_for_nobody": "ask for an unknown id", "read_back": "read everything back"}
HOW = {True: ", in full", False: ", light", None: ""}


@dataclass(frozen=True, slots=True)
class Act:
    """One act: a method of `Steps`, the names of the things that it is about (one that is empty is
    of nothing), and its other arguments."""

    verb: str
    things: tuple[str, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        """The act in plain words."""
        thing = self.things[0] if self.things else ""
        match self.verb:
            case "create":
                line = f"create {thing}"
                line += f", proposing the id of {self.things[1]}" if len(self.things) > 1 else ""
            case "associate":
                word, preposition = self.given["words"]
                line = f"{word} {OTHERS[self.given['number']]} {preposition} {thing}"
            case "increment":
                line = f"increment {', '.join(sorted(self.given['named'])) or 'nothing'} of {thing}"
            case "batch":
                names = ", ".join(name or "an unknown id" for name in self.things)
                line = f"batch of {names or 'nothing'}"
            case "identifiers":
                line = self._listing()
            case "ask_for_nobody" | "read_back":
                line = ALONE[self.verb]
            case _:
                line = f"{self.verb} {thing}".rstrip()
        return line + self._with() + HOW[self.given.get("full")]

    def _with(self) -> str:
        members = self.given.get("members")
        return f" with {json.dumps(members, ensure_ascii=False)}" if members else ""

    def _listing(self) -> str:
        low, high = self.things or ("", "")
        line = f"identifiers{', ' + self.given['which'] if low or high else ''}"
        line += f" from that of {low}" if low else ""
        line += f" to that of {high}" if high else ""
        limit = self.given["limit"]
        return line + ("" if limit is None else f", {limit} at most")


class Telling:
    """Does acts, one after the other, until something is wrong: then `broken` says what."""

    def __init__(self, subject: Subject, seed: str) -> None:
        self._subject = subject
        self._steps = Steps(subject, Random(seed))
        self._pairs = subject.operations(Associate)
        self.acts: list[Act] = []
        self.broken: Broken | None = None
        self.stopped: Exception | None = None
        """What ended everything while hypothesis was choosing the acts."""

    def do(self, act: Act) -> None:
        """Do an act. Raises what ends everything: Trespass, Unreachable and ToolError."""
        self.acts.append(act)
        self._watch(lambda: self._do(act))

    def end(self) -> None:
        """Read everything back by every path, when all went well until now; then remove it."""
        if self.broken is None:
            self._watch(self._steps.read_back)
            if self.broken is not None:
                self.acts.append(Act("read_back"))
        try:
            self._steps.remove()
        except (Broken, *MISSHAPEN) as error:
            if isinstance(error, Trespass):
                raise
            # What is left is removed at the end of the run, and told where that matters.

    def _watch(self, step: Any) -> None:
        try:
            step()
        except Trespass:
            raise
        except Broken as error:
            self._note(error.message)
        except MISSHAPEN as error:
            kind = type(error).__name__
            self._note(f"a reply does not have the documented form: {kind}: {error}")

    def _note(self, message: str) -> None:
        self.broken = Broken(self._steps.plain(message), self._subject.last)

    def _do(self, act: Act) -> None:
        ids = [self._steps.id_of(name) for name in act.things]
        match act.verb:
            case "create":
                proposed = self._steps.id_of(act.things[1]) if len(act.things) > 1 else None
                self._steps.create(act.things[0], act.given["members"], proposed)
            case "associate":
                pair = self._pairs[act.given["pair"]]
                self._steps.associate(ids[0], pair, act.given["number"])
            case "batch":
                self._steps.batch(ids, act.given["full"])
            case "identifiers":
                ends = [id if name else None for name, id in zip(act.things, ids, strict=True)]
                self._steps.identifiers(act.given["limit"], act.given["which"], ends)
            case _:
                getattr(self._steps, act.verb)(*ids, **act.given)


def can_be_told(acts: Sequence[Act]) -> bool:
    """Whether each act is about things only that were created before."""
    made = {""}
    for act in acts:
        new, about = (act.things[:1], act.things[1:]) if act.verb == "create" else ((), act.things)
        if not made.issuperset(about):
            return False
        made.update(new)
    return True


def renamed(acts: Sequence[Act]) -> list[Act]:
    """The same acts, with things named in the order of their creation."""
    made = [act.things[0] for act in acts if act.verb == "create"]
    names = {"": ""} | {old: name(number) for number, old in enumerate(dict.fromkeys(made))}
    return [replace(act, things=tuple(names[thing] for thing in act.things)) for act in acts]


def name(number: int) -> str:
    """The name of the thing that is created as this one, from 0 on."""
    round_, place = divmod(number, 22)  # the last letters are for others
    return f"{chr(ord('a') + place)}{round_ or ''}"
