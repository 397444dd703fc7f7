"""What operations do: `x-resource` and `x-resources`, from which the server's behaviour comes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from specpipe.diff.change import EVERYBODY, SERVER, Change, Impact, at_base, at_head, code
from specpipe.diff.matching import Matched, match_parameters
from specpipe.spec.model import Document
from specpipe.spec.nodes import Node, root

_LOSING = frozenset({"omits", "heavy"})
"""Keys that list what replies leave out: more of them is less in a reply."""


def behaviour_changes(pair: Matched) -> Iterator[Change]:
    """Those of one operation."""
    base, head = (operation.node.raw("x-resource") for operation in (pair.base, pair.head))
    subject = code(pair.title)
    if base.value is None and head.value is not None:
        verb = code(head.raw("does").text)
        words = f"{subject}: the server does {verb} for it now, by itself"
        yield _change(Impact.MINOR, "behaviour-added", words, head)
    elif head.value is None and base.value is not None:
        words = f"{subject}: the server no longer does {code(base.raw('does').text)} for it"
        yield _lost("behaviour-removed", words, base, pair.head.node)
    else:
        yield from _keys(subject, base, head, _renames(pair))


def _renames(pair: Matched) -> Mapping[str, str]:
    """Parameters that only go by another name: what is done with them stays the same."""
    both, _, _ = match_parameters(pair)
    names = ((it.base.raw("name").text, it.head.raw("name").text) for it in both)
    return {old: new for old, new in names if old != new}


def _followed(value: object, renames: Mapping[str, str]) -> object:
    """A value of `x-resource` with the new names of parameters."""
    if isinstance(value, str):
        return renames.get(value, value)
    if isinstance(value, list):
        return [_followed(item, renames) for item in value]
    if isinstance(value, Mapping):
        return {key: _followed(item, renames) for key, item in value.items()}
    return value


def resource_changes(base: Document, head: Document) -> Iterator[Change]:
    """Those of the things that the server keeps."""
    before, after = (root(document).raw("x-resources") for document in (base, head))
    for name, node in before.members():
        if name in after.map:
            yield from _keys(f"resource {code(name)}", node, after.raw(name), {})
        else:
            words = f"resource {code(name)} is no longer kept"
            yield _lost("resource-removed", words, node, after)
    for name, node in after.members():
        if name not in before.map:
            words = f"resource {code(name)} is kept now"
            yield _change(Impact.MINOR, "resource-added", words, node)


def _keys(subject: str, base: Node, head: Node, renames: Mapping[str, str]) -> Iterator[Change]:
    """What two mappings say differently, key by key."""
    for key in dict.fromkeys((*base.map, *head.map)):
        old, new = base.raw(key), head.raw(key)
        if old.value == new.value or _followed(old.value, renames) == new.value:
            continue
        told = f"{subject}: {code(key)}"
        if key == "does":
            words = f"{subject}: the server does {code(new.text)} now, it did {code(old.text)}"
            yield _change(Impact.BREAKING, "verb-changed", words, new, EVERYBODY)
        elif key in _LOSING:
            yield from _lists(told, old, new)
        elif key not in head.map:
            words = f"{told} is gone, it was {_shown(old)}"
            yield _lost(f"{key}-removed", words, old, head)
        elif key not in base.map:
            yield _change(Impact.MINOR, f"{key}-added", f"{told} is new, {_shown(new)}", new)
        elif isinstance(old.value, Mapping) and isinstance(new.value, Mapping):
            yield from _entries(key, told, old, new)
        else:
            words = f"{told} is {_shown(new)} now, it was {_shown(old)}"
            yield _change(Impact.BREAKING, f"{key}-changed", words, new)


def _entries(key: str, told: str, base: Node, head: Node) -> Iterator[Change]:
    """Ranges, members that are adopted, what a create without a body makes."""
    for name in dict.fromkeys((*base.map, *head.map)):
        old, new = base.raw(name), head.raw(name)
        if old.value == new.value:
            continue
        if name not in head.map:
            yield _lost(f"{key}-changed", f"{told} lost {code(name)}", old, head)
        elif name not in base.map and key != "without-body":
            words = f"{told} has {code(name)} as well"
            yield _change(Impact.MINOR, f"{key}-changed", words, new)
        else:
            words = f"{told}: {code(name)} is {_shown(new)} now"
            yield _change(Impact.BREAKING, f"{key}-changed", words, new)


def _lists(told: str, base: Node, head: Node) -> Iterator[Change]:
    """What replies leave out."""
    for name in head.strings:
        if name not in base.strings:
            words = f"{told} has {code(name)} now: replies leave it out"
            yield _change(Impact.BREAKING, "more-left-out", words, head)
    for name in base.strings:
        if name not in head.strings:
            words = f"{told} lost {code(name)}: replies have it again"
            yield _change(Impact.MINOR, "less-left-out", words, head)


def _shown(node: Node) -> str:
    value = node.value
    return code(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _change(
    impact: Impact, kind: str, words: str, node: Node, affects: tuple[str, ...] = SERVER
) -> Change:
    return Change(impact, "server", kind, words, at_head(node), affects)


def _lost(kind: str, words: str, node: Node, head: Node) -> Change:
    return Change(Impact.BREAKING, "server", kind, words, at_base(node, head), SERVER)
