"""The record of a judgement beside a spec (`conformance.json`, a copy of a `report.json`), as far
as the portal shows it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from specpipe.diagnostics import ToolError

NAME = "conformance.json"
VERSION = 1
"""Of the form of reports, as `conformance.report` has it."""


@dataclass(frozen=True, slots=True)
class Spec:
    """The spec that was judged by."""

    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Run:
    """How it was judged; `started` is RFC 3339."""

    profile: str
    seed: int
    started: str
    seconds: float
    requests: int
    scope: tuple[str, ...]
    versions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Held:
    """A check that found nothing."""

    kind: str
    name: str
    statement: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What departs from the spec."""

    kind: str
    names: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """What came of an operation."""

    id: str
    requests: int
    accepted: int
    refused: int
    cases: int
    held: int
    broken: int


@dataclass(frozen=True, slots=True)
class Record:
    """A judgement."""

    version: int
    word: str
    spec: Spec
    run: Run
    findings: tuple[Finding, ...]
    held: tuple[Held, ...]
    operations: tuple[Row, ...]


def record(text: str) -> Record:
    """A record of its text. Raises ToolError when it is none of this VERSION."""
    try:
        found = msgspec.json.decode(text.encode(), type=Record)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise ToolError(f"{NAME} beside the spec: {error}: copy a report.json there") from None
    if found.version != VERSION:
        raise ToolError(
            f"{NAME} beside the spec: a report of version {found.version}: make it anew"
        )
    return found
