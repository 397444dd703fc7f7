"""All changes between two specs."""

from __future__ import annotations

from collections.abc import Iterator

from specpipe.diff.answers import answer_changes
from specpipe.diff.behaviour import behaviour_changes, resource_changes
from specpipe.diff.change import Change, code, worst_first
from specpipe.diff.matching import Matched, Operations, match, match_parameters
from specpipe.diff.operations import called, operation_changes
from specpipe.diff.schemas import Use, schema_changes
from specpipe.diff.whole import whole_changes
from specpipe.spec.model import Document


def spec_changes(base: Document, head: Document) -> tuple[Change, ...]:
    """What `head` changes of `base`, worst first, each once. Layout, comments, the order of keys
    and `info.version` are no changes, nor where a fact comes from (`x-documented`)."""
    found = match(base, head)
    changes = [*whole_changes(base, head), *operation_changes(base, head, found)]
    for pair in found.both:
        changes += answer_changes(pair)
        changes += behaviour_changes(pair)
    changes += resource_changes(base, head)
    changes += schema_changes(base, head, uses(found))
    return tuple(sorted(set(changes), key=worst_first))


def spec_uses(base: Document, head: Document) -> Iterator[Use]:
    """Where operations that are in both documents use schemas."""
    return uses(match(base, head))


def uses(found: Operations) -> Iterator[Use]:
    """Where operations that are in both documents use schemas."""
    for pair in found.both:
        yield from _parameters(pair)
        before, body = (operation.node.get("requestBody") for operation in (pair.base, pair.head))
        yield from _contents(Use(before, body, "request", f"{code(pair.title)}: the body"))
        after = dict(pair.head.responses)
        for status, base in pair.base.responses:
            if status in after:
                use = Use(base, after[status], "response", f"{code(pair.title)}: {code(status)}")
                yield from _contents(use)
                yield from _headers(use)
        yield from _success(pair)


def _parameters(pair: Matched) -> Iterator[Use]:
    both, _, _ = match_parameters(pair)
    for matched in both:
        subject = f"{code(pair.title)}: {called(matched.head)}"
        before, after = (node.raw("schema") for node in (matched.base, matched.head))
        yield Use(before, after, "request", subject)


def _contents(use: Use) -> Iterator[Use]:
    """The schemas of the media types that both have; of the only ones, when they differ."""
    before, after = use.base.raw("content"), use.head.raw("content")
    for media_type, node in before.members():
        other = after.raw(media_type)
        if not other.map and len(before.map) == len(after.map) == 1:
            other = after.raw(next(iter(after.map)))
        if other.map:
            yield Use(node.raw("schema"), other.raw("schema"), use.direction, use.subject)


def _headers(use: Use) -> Iterator[Use]:
    before, after = use.base.raw("headers"), use.head.raw("headers")
    for name, node in before.members():
        if name in after.map:
            head = after.get(name).raw("schema")
            yield Use(
                node.follow().raw("schema"), head, "response", f"{use.subject}, header {code(name)}"
            )


def _success(pair: Matched) -> Iterator[Use]:
    """The reply, where its status changed."""
    before, after = pair.base.reply, pair.head.reply
    if before.value is not None and after.value is not None:
        yield Use(before, after, "response", f"{code(pair.title)}: the reply")
