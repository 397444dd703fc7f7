"""What a judgement comes to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from specpipe.conformance.check import Check
from specpipe.conformance.exchange import Exchange
from specpipe.conformance.fuzz import Outcome
from specpipe.conformance.ledger import Broken
from specpipe.conformance.oracle import asked
from specpipe.conformance.trial import Trial
from specpipe.spec.model import Operation

Word = Literal["conforms", "departs", "could-not-judge", "interrupted"]
SHOWN = 300
"""Characters of an answer that a finding shows."""
DIFFERS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<!\d)(?<!answered )(?<!refused with )\d+")
"""What differs between two findings of the same: ids and numbers, but for the status that was
answered."""
REACHES = "Every operation accepts a valid request, with a body where it takes one."


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the spec; both numbers count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A departure from the spec: which check found it, in what, and how to see it again."""

    kind: str
    """Of the check, or `fuzz`, `reach` or `clean-up`."""
    name: str
    statement: str
    message: str
    pointer: str
    """What of the spec it departs from, a JSON pointer."""
    operations: tuple[str, ...] = ()
    """Ids of the operations that it is about: of the one that answered where that is known."""
    curl: str | None = None
    replay: str | None = None
    """What REPLAY has to be for making this check again."""
    answer: str | None = None
    """What came back: the status and the beginning of the body."""
    times: int = 1
    """How often it was found."""
    place: Place | None = None
    """Where `pointer` is."""
    also: tuple[str, ...] = ()
    """Names of other checks of the kind that found the same."""

    @classmethod
    def of(cls, check: Check, broken: Broken, trial: Trial) -> Finding:
        """What a check found."""
        exchange = broken.exchange
        operation = (
            answering(trial, exchange) if exchange is not None else named(trial, broken.message)
        )
        return cls(
            check.kind,
            check.name,
            check.statement,
            broken.message,
            pointed(check, operation),
            (operation.id,) if operation is not None else check.operations,
            exchange.curl() if exchange is not None else None,
            replay_id(check.id, trial),
            exchange.answer(SHOWN) if exchange is not None else None,
        )

    @classmethod
    def of_fuzzing(cls, found: Mapping[str, Any], trial: Trial) -> Finding:
        """What schemathesis found; `found` is a `departures.Departure`."""
        name = f"{found['operation']}/{found['check']}"
        return cls(
            "fuzz",
            name,
            found["statement"],
            found["message"],
            found["pointer"],
            (found["operation"],),
            found["curl"],
            replay_id(f"fuzz/{name}", trial),
            found["answer"],
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all checks that found it."""
        return (self.name, *self.also)

    @property
    def cause(self) -> tuple[str, ...]:
        """Equal for two findings that tell the same, of whichever check."""
        message = DIFFERS.sub("#", self.message)
        return (self.kind, self.pointer, *self.operations, message)


def named(trial: Trial, message: str) -> Operation | None:
    """The operation that a message begins with: where an SDK is judged, no server answered."""
    return next((o for o in trial.api.operations if message.startswith(f"{o.id}: ")), None)


def pointed(check: Check, operation: Operation | None) -> str:
    """Where the spec says what is not so: as near to the operation that answered as can be."""
    if operation is None:
        return check.pointer
    if check.pointer == "/paths":
        return operation.pointer
    behaviour = operation.behaviour
    if behaviour is not None and check.pointer == behaviour.resource.pointer:
        return f"{operation.pointer}/x-resource"
    return check.pointer


def replay_id(id: str, trial: Trial) -> str:
    """What REPLAY has to be for making a check again with the same requests."""
    return f"{id}@{trial.profile.name}.{trial.seed}"


def answering(trial: Trial, exchange: Exchange) -> Operation | None:
    """The operation that an exchange was with, if the spec has it."""
    try:
        return asked(trial.api, exchange, trial.server.base_url)[0]
    except LookupError:
        return None


def unreached(id: str, method: str, path: str, pointer: str) -> Finding:
    """That an operation accepted nothing."""
    message = f"{method} {path} accepted no request"
    return Finding("reach", id, REACHES, message, pointer, (id,))


def whole(text: str) -> str:
    """`text` without halves of surrogate pairs."""
    return text.encode(errors="backslashreplace").decode()


def printable(finding: Finding) -> Finding:
    """A finding without halves of surrogate pairs, which an answer may hold and no file can."""
    return replace(
        finding,
        name=whole(finding.name),
        message=whole(finding.message),
        curl=whole(finding.curl) if finding.curl else None,
        answer=whole(finding.answer) if finding.answer else None,
    )


def grouped(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding for each cause: the first that tells of it, with the names of the others."""
    causes: dict[tuple[str, ...], Finding] = {}
    for finding in findings:
        first = causes.setdefault(finding.cause, finding)
        if first is not finding and finding.name != first.name:
            causes[finding.cause] = replace(first, also=(*first.also, finding.name))
    return tuple(causes.values())


class Enough(Exception):
    """A departure was found, and one was all that was asked for."""


@dataclass(slots=True)
class Verdict:
    """What a judgement came to so far. With `until_broken` the first finding ends it."""

    findings: list[Finding] = field(default_factory=list)
    held: list[Check] = field(default_factory=list)
    """What was checked and found right."""
    passed_over: list[tuple[str, str]] = field(default_factory=list)
    """(name, reason) of what does not apply."""
    left_out: list[str] = field(default_factory=list)
    """Names of what should have been judged and could not be here."""
    fuzzing: Outcome = field(default_factory=lambda: Outcome(ran=False))
    accepted: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    """By operation id: how many requests were accepted, sent, and refused with 4xx."""
    unjudged: str = ""
    """Why the judgement could not be brought to its end; empty when it was."""
    interrupted: bool = False
    until_broken: bool = False

    @property
    def conforms(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def word(self) -> Word:
        """All of it in one word."""
        if self.interrupted:
            return "interrupted"
        if self.unjudged:
            return "could-not-judge"
        return "conforms" if self.conforms else "departs"

    def note(self, finding: Finding) -> bool:
        """Add a finding; whether it is a new one. One that tells the same is counted. Raises
        Enough when one is all that is wanted."""
        finding = printable(finding)
        for index, known in enumerate(self.findings):
            if (known.name, known.cause) == (finding.name, finding.cause):
                self.findings[index] = replace(known, times=known.times + 1)
                return False
        self.findings.append(finding)
        if self.until_broken:
            raise Enough
        return True

    def leave_out(self, name: str, reason: str) -> None:
        """Note what cannot be judged here, once: the verdict is not about it."""
        if name not in self.left_out:
            self.left_out.append(name)
            self.passed_over.append((name, reason))

    def count(
        self,
        accepted: Mapping[str, int],
        sent: Mapping[str, int] | None = None,
        refused: Mapping[str, int] | None = None,
    ) -> None:
        """Count requests, by operation id."""
        self.accepted.update(accepted)
        self.sent.update(sent or {})
        self.refused.update(refused or {})

    def check_reach(self, operations: Collection[Operation], trial: Trial) -> None:
        """Every operation must have accepted a request: a server that refuses everything conforms
        to nothing."""
        for operation in operations:
            if not self.accepted.get(operation.id):
                finding = unreached(
                    operation.id, operation.method, operation.path, operation.pointer
                )
                again = replay_id(f"reach/{operation.id}", trial)
                self.note(replace(finding, replay=again))
