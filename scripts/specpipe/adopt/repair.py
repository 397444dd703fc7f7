"""What the rules still refuse, left out: the smallest part that they name and that can go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from specpipe.adopt.draft import METHODS, Draft, Kind, mappings
from specpipe.diagnostics import Diagnostic
from specpipe.spec.nodes import escape, unescape

_UNKNOWN = "is not known here"
_NOTES = ("example", "examples", "default", "enum", "pattern")
"""What a part can do without."""


def repair(draft: Draft, diagnostics: Iterable[Diagnostic]) -> bool:
    """Leave out what `diagnostics`, whose pointers are those of the draft, name. False when there
    is something that cannot go."""
    going: dict[tuple[str, ...], str] = {}
    for diagnostic in diagnostics:
        steps = tuple(unescape(step) for step in diagnostic.location.pointer.split("/")[1:])
        part = smallest(draft.data, steps, diagnostic.message)
        if part is None:
            return False
        going.setdefault(part, diagnostic.message)
    # From the back, so that numbers in lists stay what they are.
    for part in sorted(going, key=lambda steps: [s.rjust(9) for s in steps], reverse=True):
        remove(draft, part, going[part])
    return True


def smallest(data: Any, steps: tuple[str, ...], message: str) -> tuple[str, ...] | None:
    """The smallest part around `steps` that can go."""
    if message.endswith(_UNKNOWN) and len(steps) > 1:
        return steps
    for end in range(4, len(steps) + 1):
        if steps[end - 1] in _NOTES and steps[end - 2] not in ("properties", "schemas"):
            return steps[:end]
    if steps[:1] == ("paths",):
        return of_path(steps)
    if steps[:2] == ("components", "schemas"):
        members = [i for i in range(3, len(steps) - 1) if steps[i] == "properties"]
        return steps[: members[-1] + 2] if members else steps[:3]
    if steps[:1] == ("components",):
        return steps[:3]
    return steps[:2] if steps[:1] in (("servers",), ("tags",), ("externalDocs",)) else None


def of_path(steps: tuple[str, ...]) -> tuple[str, ...] | None:
    """The smallest part of a path that can go: a parameter, an answer that is none of success, an
    operation, or all of it."""
    match steps:
        case (_, _, method, "responses", status, *_) if method in METHODS and status[0] != "2":
            return steps[:5]
        case (_, _, method, "parameters", _, *_) if method in METHODS:
            return steps[:5]
        case (_, _, method, *_) if method in METHODS:
            return steps[:3]
    return steps[:2] if len(steps) > 1 else None


def remove(draft: Draft, part: tuple[str, ...], message: str) -> None:
    """Take a part out, and say so."""
    holder = found(draft.data, part[:-1])
    last = part[-1]
    pointer = "".join(f"/{escape(step)}" for step in part)
    if isinstance(holder, list) and last.isdigit() and int(last) < len(holder):
        gone = holder.pop(int(last))
        if part[-2] == "parameters" and isinstance(gone, dict) and gone.get("required") is True:
            remove(draft, part[:3], message)
            return
    elif isinstance(holder, dict) and last in holder:
        del holder[last]
        if len(part) > 1 and part[-2] == "properties":
            _forget(found(draft.data, part[:-2]), last)
    else:
        return
    kind: Kind = "loosened" if last in ("enum", "pattern", "default") else "left out"
    if last not in ("example", "examples"):
        draft.note(pointer, kind, f"{named(part)}: {message.replace(' at draft:1:1', '')}")
    draft.drop_empty_paths()


def _forget(schema: Any, name: str) -> None:
    """A member that is gone cannot be required."""
    required = [other for other in schema.get("required", ()) if other != name]
    schema.pop("required", None)
    if required:
        schema["required"] = required
    if not schema["properties"]:
        del schema["properties"]


def named(part: tuple[str, ...]) -> str:
    """What a part is called."""
    if part[-2:-1] in (("properties",), ("parameters",), ("responses",)):
        return {"properties": "member", "parameters": "parameter"}.get(part[-2], "response")
    kinds = {("paths", 2): "path", ("paths", 3): "operation", ("components", 3): "schema"}
    return kinds.get((part[0], len(part)), part[-1])


def found(data: Any, steps: Iterable[str]) -> Any:
    """What is at the end of `steps`; None when there is nothing."""
    for step in steps:
        if isinstance(data, list):
            data = data[int(step)] if step.isdigit() and int(step) < len(data) else None
        else:
            data = data.get(step) if isinstance(data, dict) else None
    return data


def references(node: Any) -> Iterator[str]:
    """The component schemas that a part refers to."""
    for each in mappings(node):
        target = each.get("$ref")
        if isinstance(target, str):
            yield target.rpartition("/")[2]
