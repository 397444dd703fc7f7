"""Names that cannot stand in code, given others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

from specpipe.adopt.draft import SCHEMAS, Draft, mappings
from specpipe.spec.names import Name
from specpipe.spec.nodes import escape, unescape
from specpipe.spec.reserved import BUILTINS, SDK_MODELS, SERVER_MODELS, TYPESCRIPT_MODELS

_TAKEN = {name.lower() for name in BUILTINS | SDK_MODELS | SERVER_MODELS | TYPESCRIPT_MODELS}
_OTHER = re.compile(r"[^A-Za-z0-9]+")
_LOWER_BEHIND_DIGIT = re.compile(r"(?<=[0-9])[a-z]")
LONGEST = 80


def rename_schemas(draft: Draft) -> None:
    """Schemas get names of classes, and references follow."""
    given: dict[str, str] = {}
    used: set[str] = set()
    for name in draft.schemas:
        given[name] = unused(class_name(name), used)
        used.add(folded(given[name]))
    schemas = draft.schemas
    for name, new in given.items():
        draft.moved[f"/components/schemas/{new}"] = f"/components/schemas/{escape(name)}"
    draft.data["components"]["schemas"] = {given[name]: s for name, s in schemas.items()}
    _follow(draft.data, lambda target: f"{SCHEMAS}{given.get(_name(target), _name(target))}")


def class_name(text: str) -> str:
    """A name that every generator takes over for a class."""
    joined = "".join(part[:1].upper() + part[1:] for part in _OTHER.split(text))
    name = _LOWER_BEHIND_DIGIT.sub(lambda found: found[0].upper(), joined)[:LONGEST]
    if not name[:1].isalpha():
        name = f"Model{name}"
    return f"{name}Model" if name.lower() in _TAKEN else name


def unused(name: str, used: Collection[str]) -> str:
    """`name`, or with a number behind it when a name that folds to the same is used."""
    number, found = 2, name
    while folded(found) in used:
        found, number = f"{name}{number}", number + 1
    return found


def folded(text: str) -> str:
    """What is left of a name without case and separators."""
    return _OTHER.sub("", text).lower()


def name_operations(draft: Draft) -> None:
    """Every operation has an operationId of its own, a summary, and one tag."""
    used: set[str] = set()
    given = Counter(str(operation.get("operationId")) for *_, operation in draft.operations())
    words: dict[str, str] = {}
    for path, method, operation in draft.operations():
        own = operation.get("operationId")
        text = own if isinstance(own, str) and given[own] == 1 else f"{method} {path}"
        operation["operationId"] = unused(identifier(text), used)
        used.add(folded(operation["operationId"]))
        if not isinstance(operation.get("summary"), str) or not operation["summary"].strip():
            operation["summary"] = _summary(operation, method, path)
        tags = [tag for tag in operation.get("tags") or [] if isinstance(tag, str) and tag.strip()]
        wanted = tag_name(tags[0] if tags else _first_segment(path))
        operation["tags"] = [words.setdefault(folded(wanted), wanted)]
    known = {tag for *_, operation in draft.operations() for tag in operation["tags"]}
    described: dict[str, Any] = {}
    for tag in draft.data.get("tags") or []:
        name = words.get(folded(tag_name(str(tag.get("name"))))) if isinstance(tag, dict) else None
        if name in known and isinstance(tag.get("description"), str):
            described.setdefault(str(name), tag["description"])
    draft.data["tags"] = [{"name": n, "description": text} for n, text in described.items()]


def identifier(text: str) -> str:
    """`text` as one that code can have, as it is when it can."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]{0,79}", text, re.ASCII):
        return text
    name = Name.of(text).camel[:LONGEST]
    return name if name[:1].isalpha() else f"call{name[:1].upper()}{name[1:]}"


def tag_name(text: str) -> str:
    """A tag of ASCII words that begins with a letter."""
    name = " ".join(_OTHER.split(text)).strip()[:LONGEST]
    return name if name[:1].isalpha() else f"Api {name}".strip()


def _summary(operation: dict[str, Any], method: str, path: str) -> str:
    """The first line of the description, or what is called."""
    lines = str(operation.get("description") or "").strip().splitlines()
    return lines[0][:120] if lines and lines[0].strip() else f"{method.upper()} {path}"


def _first_segment(path: str) -> str:
    return next((s for s in path.split("/") if s and "{" not in s), "default")


def _name(target: str) -> str:
    return unescape(target[len(SCHEMAS) :])


def _follow(node: Any, change: Callable[[str], str]) -> None:
    """Change every reference to a component schema."""
    for each in mappings(node):
        target = each.get("$ref")
        if isinstance(target, str) and target.startswith(SCHEMAS):
            each["$ref"] = change(target)
