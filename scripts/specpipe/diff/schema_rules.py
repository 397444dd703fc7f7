"""What is different between two schemas, keyword by keyword: a table of small comparisons.

Whether a difference breaks depends on who writes the value. `narrows` says that fewer values are
valid now, `widens` that more are; `schemas` judges that for requests and for answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from specpipe.diff.change import code
from specpipe.spec.nodes import Node

Effect = Literal["narrows", "widens", "opens", "closes", "breaks", "adds", "requires", "documents"]
"""`opens` and `closes` are widening and narrowing that SDKs are built for: they keep members and
enum members that they do not know. `requires` is a new member that has to be there."""
TEXTS = ("title", "summary", "description", "externalDocs", "$comment")
EXAMPLES = ("example", "examples")
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
CHOICES = ("oneOf", "anyOf")
HANDLED = frozenset(
    {"type", "nullable", "enum", "format", "pattern", "required", "properties", "items",
     "additionalProperties", "default", "deprecated", "$ref", *TEXTS, *EXAMPLES, *LOWER, *UPPER,
     *CHOICES}
)  # fmt: skip
_NUMBERS = (frozenset({"integer"}), frozenset({"number"}))


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference: what it does to the set of valid values, and in words."""

    kind: str
    effect: Effect
    what: str
    base: Node
    head: Node
    removed: bool = False
    """Whether only the base has it."""


def differences(base: Node, head: Node) -> Iterator[Finding]:
    """Those of the schemas themselves; what is in them is for the caller to follow."""
    yield from documentation(base, head)
    types = list(_type(base, head))
    yield from types
    if types and types[0].effect == "breaks":
        return  # every other keyword goes with the type
    for compare in _COMPARISONS:
        yield from compare(base, head)


def documentation(base: Node, head: Node) -> Iterator[Finding]:
    """Words and examples, of a schema or of anything else."""
    for key in TEXTS:
        if base.raw(key).value != head.raw(key).value:
            yield _at(f"{key}-changed", "documents", f"the {key} changed", base, head, key=key)
    if any(base.raw(key).value != head.raw(key).value for key in EXAMPLES):
        key = next(key for key in EXAMPLES if base.raw(key).value != head.raw(key).value)
        yield _at("example-changed", "documents", "the example changed", base, head, key=key)


def _at(kind: str, effect: Effect, what: str, base: Node, head: Node, *, key: str) -> Finding:
    """A finding about the keyword `key`: there where it is, in the base when it is gone."""
    return Finding(kind, effect, what, base.raw(key), head.raw(key), key not in head.map)


def types_of(node: Node) -> frozenset[str]:
    """The types of a schema, date-times told from other strings (SDKs have a type for them), and
    `null` where it may be null."""
    given = node.raw("type")
    names = {*given.strings, given.text} - {""}
    if names & {"string"} and node.raw("format").value == "date-time":
        names = names - {"string"} | {"date-time"}
    return frozenset(names | ({"null"} if node.raw("nullable").value is True else set()))


def _type(base: Node, head: Node) -> Iterator[Finding]:
    before, after = types_of(base), types_of(head)
    null_before, null_after = "null" in before, "null" in after
    before, after = before - {"null"}, after - {"null"}
    if before != after:
        words = f"the type changed from {_types(before)} to {_types(after)}"
        effect: Effect = "breaks"
        if before < after or (before, after) == _NUMBERS:
            effect = "widens"
        elif after < before or (after, before) == _NUMBERS:
            effect = "narrows"
        key = "format" if {"date-time"} & (before | after) and "format" in head.map else "type"
        yield Finding("type-changed", effect, words, base.raw(key), head.raw(key))
    if null_before != null_after:
        kind, effect = ("nullable", "widens") if null_after else ("not-nullable", "narrows")
        words = "null is allowed now" if null_after else "null is no longer allowed"
        yield Finding(kind, effect, words, base.raw("type"), head.raw("type"))


def _types(names: frozenset[str]) -> str:
    return code(" or ".join(sorted(names)) or "any")


def _enum(base: Node, head: Node) -> Iterator[Finding]:
    before, after = base.raw("enum"), head.raw("enum")
    if before.value == after.value:
        return
    if before.value is None:
        yield _at("enum-introduced", "narrows", "only listed values remain", base, head, key="enum")
        return
    if after.value is None:
        yield _at("enum-lifted", "widens", "any value is allowed now", base, head, key="enum")
        return
    old, new = list(before.items()), list(after.items())
    for item in old:
        if item.value not in [other.value for other in new]:
            words = f"the value {code(item.value)} is gone"
            yield Finding("enum-value-removed", "narrows", words, item, after, True)
    for item in new:
        if item.value not in [other.value for other in old]:
            words = f"the value {code(item.value)} is new"
            yield Finding("enum-value-added", "opens", words, before, item)


def _number(node: Node) -> int | float | None:
    """A bound; none where a base, which no rule was asked about, has something else there."""
    return node.value if isinstance(node.value, int | float) else None


def _bounds(base: Node, head: Node) -> Iterator[Finding]:
    for key in (*LOWER, *UPPER):
        before, after = (_number(node.raw(key)) for node in (base, head))
        if before == after:
            continue
        words = f"{key} changed from {code(_shown(before))} to {code(_shown(after))}"
        if before is None:
            words, narrows = f"{key} {code(after)} is new", True
        elif after is None:
            words, narrows = f"{key} {code(before)} is gone", False
        else:
            narrows = (after > before) if key in LOWER else (after < before)
        kind = "bound-narrowed" if narrows else "bound-widened"
        effect: Effect = "narrows" if narrows else "widens"
        yield _at(kind, effect, words, base, head, key=key)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _restrictions(base: Node, head: Node) -> Iterator[Finding]:
    """Keywords that a value satisfies or does not: one that changed does both."""
    for key in ("format", "pattern"):
        before, after = base.raw(key).value, head.raw(key).value
        if before == after or "date-time" in (before, after):
            continue  # `_type` has date-times
        if before is None:
            words = f"{key} {code(after)} is new"
            yield _at(f"{key}-added", "narrows", words, base, head, key=key)
        elif after is None:
            yield _at(
                f"{key}-removed", "widens", f"{key} {code(before)} is gone", base, head, key=key
            )
        else:
            words = f"{key} changed from {code(before)} to {code(after)}"
            yield _at(f"{key}-changed", "breaks", words, base, head, key=key)


def _required(base: Node, head: Node) -> Iterator[Finding]:
    before, after = set(base.raw("required").strings), set(head.raw("required").strings)
    both = [name for name in base.raw("properties").map if name in head.raw("properties").map]
    for name in both:
        old, new = base.raw("properties").raw(name), head.raw("properties").raw(name)
        if name in after - before:
            words = f"member {code(name)} became required"
            yield Finding("member-became-required", "narrows", words, old, new)
        if name in before - after:
            words = f"member {code(name)} became optional"
            yield Finding("member-became-optional", "widens", words, old, new)


def _members(base: Node, head: Node) -> Iterator[Finding]:
    before, after = base.raw("properties"), head.raw("properties")
    for name, node in before.members():
        if name not in after.map:
            words = f"member {code(name)} was removed"
            yield Finding("member-removed", "breaks", words, node, after, True)
    for name, node in after.members():
        if name not in before.map:
            required = name in head.raw("required").strings
            words = f"{'required ' * required}member {code(name)} is new"
            effect: Effect = "requires" if required else "adds"
            yield Finding("member-added", effect, words, before, node)


def _openness(base: Node, head: Node) -> Iterator[Finding]:
    key = "additionalProperties"
    before, after = base.raw(key).value is not False, head.raw(key).value is not False
    if before and not after:
        yield _at("closed", "closes", "unknown members are no longer allowed", base, head, key=key)
    if after and not before:
        yield _at("opened", "opens", "unknown members are allowed now", base, head, key=key)
    old, new = base.raw(key), head.raw(key)
    if before and after and isinstance(old.value, Mapping) != isinstance(new.value, Mapping):
        closes = isinstance(new.value, Mapping)
        words = f"unknown members {'have to be of one type' if closes else 'may be anything'} now"
        kind = "unknown-members-typed" if closes else "unknown-members-untyped"
        yield _at(kind, "narrows" if closes else "widens", words, base, head, key=key)


def _default(base: Node, head: Node) -> Iterator[Finding]:
    before, after = base.raw("default").value, head.raw("default").value
    if before == after:
        return
    old, new = code(_shown(before)), code(_shown(after))
    if before is None:
        yield _at("default-added", "adds", f"default {new} is new", base, head, key="default")
    elif after is None:
        yield _at("default-removed", "breaks", f"default {old} is gone", base, head, key="default")
    else:
        words = f"the default changed from {old} to {new}"
        yield _at("default-changed", "breaks", words, base, head, key="default")


def _deprecation(base: Node, head: Node) -> Iterator[Finding]:
    before, after = base.raw("deprecated").value is True, head.raw("deprecated").value is True
    if after and not before:
        yield _at("deprecated", "adds", "it is deprecated now", base, head, key="deprecated")
    if before and not after:
        words = "it is no longer deprecated"
        yield _at("no-longer-deprecated", "documents", words, base, head, key="deprecated")


def _choices(base: Node, head: Node) -> Iterator[Finding]:
    """Alternatives, told apart by what they are."""
    for key in CHOICES:
        if (key in base.map) != (key in head.map):
            came = key in head.map
            words = f"{key} is {'new' if came else 'gone'}"
            effect: Effect = "narrows" if came else "widens"
            yield _at(
                f"choices-{'added' if came else 'removed'}", effect, words, base, head, key=key
            )
            continue
        before = {_shown(node.value): node for node in base.raw(key).items()}
        after = {_shown(node.value): node for node in head.raw(key).items()}
        for text, node in before.items():
            if text not in after:
                words = f"{key} lost {code(node.component or text)}"
                yield Finding("choice-removed", "narrows", words, node, head.raw(key), True)
        for text, node in after.items():
            if text not in before:
                words = f"{key} has {code(node.component or text)} as well"
                yield Finding("choice-added", "widens", words, base.raw(key), node)


def _others(base: Node, head: Node) -> Iterator[Finding]:
    """Keywords without a rule of their own, which could mean anything."""
    for key in dict.fromkeys((*base.map, *head.map)):
        if key in HANDLED or key.startswith("x-"):
            continue
        if base.raw(key).value != head.raw(key).value:
            yield _at("keyword-changed", "breaks", f"{code(key)} changed", base, head, key=key)


_COMPARISONS: tuple[Callable[[Node, Node], Iterator[Finding]], ...] = (
    _enum, _bounds, _restrictions, _required, _members, _openness, _default, _deprecation,
    _choices, _others,
)  # fmt: skip
