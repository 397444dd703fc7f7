"""What became of the operations: of their names, parameters and bodies, and of who may call
them. `answers` has what they answer, `behaviour` what they do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from specpipe.diff.change import (
    DOCS,
    EVERYBODY,
    SDKS,
    Change,
    Impact,
    at_base,
    at_head,
    change,
    code,
)
from specpipe.diff.matching import Matched, MatchedParameter, Operations, match_parameters, title
from specpipe.diff.schema_rules import documentation
from specpipe.diff.schemas import place_of
from specpipe.spec.build import method_names, requirements
from specpipe.spec.model import Document
from specpipe.spec.names import Name
from specpipe.spec.nodes import Node, OperationNode, root

BY_NAME = ("python",)
"""SDKs in which callers give what is in a path by its name."""


def operation_changes(base: Document, head: Document, found: Operations) -> Iterator[Change]:
    """All but answers, behaviour and schemas."""
    paths = Node(head, None, "/paths")
    for operation in found.removed:
        words = f"{code(title(operation))} was removed"
        yield change(Impact.BREAKING, "operation-removed", words, at_base(operation.node, paths))
    for operation in found.added:
        words = f"{code(title(operation))} is new"
        yield change(Impact.MINOR, "operation-added", words, at_head(operation.node))
    names = method_names(base), method_names(head)
    for pair in found.both:
        yield from _names(pair, *names)
        yield from documented(code(pair.title), pair.base.node, pair.head.node)
        for part in _PARTS:
            yield from part(pair)


def documented(subject: str, base: Node, head: Node) -> Iterator[Change]:
    """Words and examples of anything that has some."""
    for finding in documentation(base, head):
        words = f"{subject}: {finding.what}"
        yield change(Impact.PATCH, finding.kind, words, place_of(finding), affects=DOCS)


def _names(
    pair: Matched, before: Mapping[str, Name], after: Mapping[str, Name]
) -> Iterator[Change]:
    """Where it is, and what SDKs call it."""
    base, head, node = pair.base, pair.head, pair.head.node
    subject = code(pair.title)
    if base.method != head.method:
        words = f"{subject}: the method changed, it was {code(base.method.upper())}"
        yield change(Impact.BREAKING, "method-changed", words, at_head(node))
    if base.path != head.path and _shape(base) != _shape(head):
        words = f"{subject}: the path changed, it was {code(base.path)}"
        yield change(Impact.BREAKING, "path-changed", words, at_head(node))
    if base.id != head.id:
        words = f"{subject}: operationId {code(base.id)} became {code(head.id)}"
        place = at_head(node.raw("operationId"))
        yield change(Impact.BREAKING, "operation-id-changed", words, place, affects=SDKS)
    tags = [" ".join(operation.node.raw("tags").strings) for operation in (base, head)]
    if tags[0] != tags[1]:
        words = f"{subject}: it moved from tag {code(tags[0])} to {code(tags[1])}"
        place = at_head(node.raw("tags"))
        yield change(Impact.BREAKING, "tag-changed", words, place, affects=SDKS)
    old, new = before[base.node.pointer], after[node.pointer]
    if old.words != new.words:
        words = f"{subject}: SDKs called it {code(old.snake)}, now {code(new.snake)}"
        yield change(Impact.BREAKING, "sdk-method-renamed", words, at_head(node), affects=SDKS)


def _shape(operation: OperationNode) -> str:
    names = (p.raw("name").text for p in operation.parameters if p.raw("in").text == "path")
    shape = operation.path
    for name in names:
        shape = shape.replace(f"{{{name}}}", "{}")
    return shape


def _deprecation(pair: Matched) -> Iterator[Change]:
    yield from _deprecated(code(pair.title), pair.base.node, pair.head.node)


def _deprecated(subject: str, base: Node, head: Node) -> Iterator[Change]:
    before, after = (node.raw("deprecated").value is True for node in (base, head))
    if after and not before:
        place = at_head(head.raw("deprecated"))
        yield change(Impact.MINOR, "deprecated", f"{subject}: it is deprecated now", place)
    if before and not after:
        words = f"{subject}: it is no longer deprecated"
        yield change(Impact.PATCH, "no-longer-deprecated", words, at_head(head), affects=DOCS)


def _parameters(pair: Matched) -> Iterator[Change]:
    both, gone, new = match_parameters(pair)
    holder = pair.head.node.raw("parameters")
    for node in gone:
        words = f"{code(pair.title)}: {called(node)} was removed"
        yield change(Impact.BREAKING, "parameter-removed", words, at_base(node, holder))
    for node in new:
        required = node.raw("required").value is True
        impact = Impact.BREAKING if required else Impact.MINOR
        kind = f"{'required' if required else 'optional'}-parameter-added"
        words = f"{code(pair.title)}: {'required ' * required}{called(node)} is new"
        yield change(impact, kind, words, at_head(node))
    for matched in both:
        yield from _parameter(pair.title, matched)


def called(parameter: Node) -> str:
    """What sentences call a parameter."""
    place = parameter.raw("in").text or "some"
    return f"{place} parameter {code(parameter.raw('name').text)}"


def _parameter(operation: str, pair: MatchedParameter) -> Iterator[Change]:
    """All of a parameter but its schema."""
    base, head = pair.base, pair.head
    subject = f"{code(operation)}: {called(head)}"
    name, where = base.raw("name").text, head.raw("in").text
    if name != head.raw("name").text:
        words = f"{subject} was called {code(name)} before"
        place = at_head(head.raw("name"))
        affects = BY_NAME if where == "path" else EVERYBODY
        yield change(Impact.BREAKING, "parameter-renamed", words, place, affects=affects)
    before, after = (node.raw("required").value is True for node in (base, head))
    if after and not before:
        words = f"{subject} became required: calls without it are refused"
        kind = "parameter-became-required"
        yield change(Impact.BREAKING, kind, words, at_head(head.raw("required")))
    if before and not after:
        kind = "parameter-became-optional"
        yield change(Impact.MINOR, kind, f"{subject} became optional", at_head(head))
    for key in ("style", "explode", "allowReserved", "allowEmptyValue"):
        if base.raw(key).value != head.raw(key).value:
            words = f"{subject}: {key} changed, so it is written another way"
            yield change(Impact.BREAKING, "parameter-style-changed", words, at_head(head.raw(key)))
    yield from _deprecated(subject, base, head)
    yield from documented(subject, base, head)


def _body(pair: Matched) -> Iterator[Change]:
    subject = code(pair.title)
    base, head = (node.node.get("requestBody") for node in (pair.base, pair.head))
    before, after = (node.raw("required").value is True for node in (base, head))
    if base.map and not head.map:
        place = at_base(base, pair.head.node)
        yield change(Impact.BREAKING, "body-removed", f"{subject}: it takes no body now", place)
        return
    if head.map and not base.map:
        impact = Impact.BREAKING if after else Impact.MINOR
        kind = f"{'required' if after else 'optional'}-body-added"
        words = f"{subject}: it takes a body now, {'required' if after else 'optional'}"
        yield change(impact, kind, words, at_head(head))
        return
    if after and not before:
        words = f"{subject}: the body became required: calls without one are refused"
        yield change(Impact.BREAKING, "body-became-required", words, at_head(head))
    if before and not after:
        words = f"{subject}: the body became optional"
        yield change(Impact.MINOR, "body-became-optional", words, at_head(head))
    yield from documented(f"{subject}: the body", base, head)


def _security(pair: Matched) -> Iterator[Change]:
    subject = code(pair.title)
    base, head = requirements(pair.base), requirements(pair.head)
    before, after = _keys(base), _keys(head)
    own = "security" in pair.base.node.map and "security" not in pair.head.node.map
    place = at_base(base, pair.head.node) if own else at_head(head)
    if before == after:
        return
    if before and not after:
        words = f"{subject}: no key is asked for any more"
        yield change(Impact.MINOR, "security-removed", words, place)
    elif after and not before:
        words = f"{subject}: a key is asked for now: calls without one are refused"
        yield change(Impact.BREAKING, "security-added", words, place)
    else:
        widens = before < after
        kind = "security-alternative-added" if widens else "security-changed"
        words = f"{subject}: {'another' if widens else 'a different'} key is asked for"
        yield change(Impact.MINOR if widens else Impact.BREAKING, kind, words, place)


def _keys(requirements_of: Node) -> frozenset[str]:
    """The alternatives that a caller has; none when a call without a key is one."""
    alternatives = [_alternative(item) for item in requirements_of.items()]
    return frozenset() if "" in alternatives else frozenset(alternatives)


def _alternative(requirement: Node) -> str:
    """Every scheme that it names, as what it is: names of schemes are not seen by callers. What
    became of a scheme itself is said once, in `whole`."""
    schemes = root(requirement.document).get("components").raw("securitySchemes")
    kinds = [
        f"{schemes.get(name, 'type').value} {' '.join(scopes.strings)}"
        for name, scopes in requirement.members()
    ]
    return ",".join(sorted(kinds))


_PARTS: tuple[Callable[[Matched], Iterator[Change]], ...] = (
    _deprecation, _parameters, _body, _security
)  # fmt: skip
