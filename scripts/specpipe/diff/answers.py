"""What operations answer, statuses, media types and headers; and what media types they take."""

from __future__ import annotations

from collections.abc import Iterator

from specpipe.diff.change import Change, Impact, Place, at_base, at_head, change, code
from specpipe.diff.matching import Matched
from specpipe.diff.operations import documented
from specpipe.spec.nodes import Node, is_success

_BODY = "the body"


def answer_changes(pair: Matched) -> Iterator[Change]:
    """Those of one operation, schemas aside."""
    yield from _statuses(pair)
    after = dict(pair.head.responses)
    for status, base in pair.base.responses:
        if status in after:
            head = after[status]
            yield from documented(f"{code(pair.title)}: {code(status)}", base, head)
            yield from _contents(pair, base, head, f"the answer {code(status)}")
            yield from _headers(pair, status, base, head)
    before, body = (operation.node.get("requestBody") for operation in (pair.base, pair.head))
    yield from _contents(pair, before, body, _BODY)


def _told(pair: Matched, impact: Impact, kind: str, words: str, place: Place) -> Change:
    return change(impact, kind, f"{code(pair.title)}: {words}", place, area="server")


def _statuses(pair: Matched) -> Iterator[Change]:
    before, after = (operation.node.raw("responses") for operation in (pair.base, pair.head))
    gone = sorted(status for status in before.map if status not in after.map)
    new = sorted(status for status in after.map if status not in before.map)
    successes = [list(filter(is_success, statuses)) for statuses in (gone, new)]
    if len(successes[0]) == len(successes[1]) == 1:
        old, now = successes[0][0], successes[1][0]
        gone.remove(old)
        new.remove(now)
        words = f"success is {code(now)} now, it was {code(old)}"
        place = at_head(after.raw(now))
        yield _told(pair, Impact.BREAKING, "success-status-changed", words, place)
    for status in gone:
        kind = "success-status-removed" if is_success(status) else "status-removed"
        words = f"{code(status)} is no longer answered: programs that handle it wait in vain"
        yield _told(pair, Impact.BREAKING, kind, words, at_base(before.raw(status), after))
    for status in new:
        place = at_head(after.raw(status))
        if is_success(status):
            words = f"success may be {code(status)} as well: SDKs of before raise an error for it"
            yield _told(pair, Impact.BREAKING, "success-status-added", words, place)
        else:
            words = f"it may answer {code(status)} as well: SDKs raise an error that says so"
            yield _told(pair, Impact.MINOR, "status-added", words, place)


def _contents(pair: Matched, base: Node, head: Node, what: str) -> Iterator[Change]:
    """The media types of a body or an answer that both documents have."""
    if not base.map or not head.map:
        return
    side = _side(what)
    before, after = base.raw("content"), head.raw("content")
    gone = [media_type for media_type in before.map if media_type not in after.map]
    new = [media_type for media_type in after.map if media_type not in before.map]
    if gone and not after.map:
        words = f"{what} has no content any more"
        place = at_base(before, head)
        yield _told(pair, Impact.BREAKING, f"{side}-content-removed", words, place)
    elif new and not before.map:
        words = f"{what} has content now, {code(new[0])}"
        yield _told(pair, Impact.MINOR, f"{side}-content-added", words, at_head(after))
    elif len(gone) == len(new) == 1:
        words = f"{what} is {code(new[0])} now, it was {code(gone[0])}"
        place = at_head(after.raw(new[0]))
        yield _told(pair, Impact.BREAKING, f"{side}-media-type-changed", words, place)
    else:
        yield from _media_types(pair, before, after, what)
    for media_type in before.map:
        if media_type in after.map:
            subject = f"{code(pair.title)}: {what}"
            yield from documented(subject, before.raw(media_type), after.raw(media_type))


def _side(what: str) -> str:
    """What kinds of changes of media types begin with."""
    return "request" if what == _BODY else "answer"


def _media_types(pair: Matched, before: Node, after: Node, what: str) -> Iterator[Change]:
    side = _side(what)
    for media_type in before.map:
        if media_type not in after.map:
            words = f"{what} can no longer be {code(media_type)}"
            place = at_base(before.raw(media_type), after)
            yield _told(pair, Impact.BREAKING, f"{side}-media-type-removed", words, place)
    for media_type in after.map:
        if media_type not in before.map:
            words = f"{what} can be {code(media_type)} as well"
            place = at_head(after.raw(media_type))
            yield _told(pair, Impact.MINOR, f"{side}-media-type-added", words, place)


def _headers(pair: Matched, status: str, base: Node, head: Node) -> Iterator[Change]:
    """Headers of an answer; their schemas are compared with all others."""
    before, after = base.raw("headers"), head.raw("headers")
    for name in before.map:
        if name not in after.map:
            words = f"{code(status)} no longer has header {code(name)}"
            place = at_base(before.raw(name), after)
            yield _told(pair, Impact.BREAKING, "header-removed", words, place)
            continue
        old, new = before.get(name), after.get(name)
        required = [node.raw("required").value is True for node in (old, new)]
        if required == [True, False]:
            words = f"header {code(name)} of {code(status)} became optional"
            yield _told(pair, Impact.BREAKING, "header-became-optional", words, at_head(new))
        if required == [False, True]:
            words = f"header {code(name)} of {code(status)} is always there now"
            yield _told(pair, Impact.MINOR, "header-became-required", words, at_head(new))
        yield from documented(f"{code(pair.title)}: header {code(name)}", old, new)
    for name in after.map:
        if name not in before.map:
            words = f"{code(status)} has header {code(name)} as well"
            yield _told(pair, Impact.MINOR, "header-added", words, at_head(after.raw(name)))
