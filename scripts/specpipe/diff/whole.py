"""What belongs to no operation: names of packages, addresses, ports, the key, tags."""

from __future__ import annotations

from collections.abc import Iterator

from specpipe.diff.change import (
    DOCS,
    SDKS,
    Change,
    Impact,
    at_base,
    at_head,
    change,
    code,
)
from specpipe.diff.operations import documented
from specpipe.spec.build import DEFAULT_PORTS, package
from specpipe.spec.model import Document
from specpipe.spec.nodes import Node, root


def whole_changes(base: Document, head: Document) -> Iterator[Change]:
    """All changes outside of paths and schemas."""
    before, after = root(base), root(head)
    yield from _package(before, after)
    yield from _servers(before.raw("servers"), after.raw("servers"), after)
    yield from _ports(before.raw("x-port-range"), after.raw("x-port-range"))
    yield from _schemes(before, after)
    yield from _tags(before, after)
    for key in ("title", "summary", "description", "license", "contact", "termsOfService"):
        old, new = before.raw("info").raw(key), after.raw("info").raw(key)
        if old.value != new.value:
            words = f"the {key} of the API changed"
            yield change(Impact.PATCH, "info-changed", words, at_head(new), affects=DOCS)


def _package(before: Node, after: Node) -> Iterator[Change]:
    old, new = package(before.document), package(after.document)
    if old.words != new.words:
        key = after.raw("x-package") if after.raw("x-package").text else after.raw("info")
        words = f"packages are called {code(new.kebab)} now, they were {code(old.kebab)}"
        yield change(Impact.BREAKING, "package-renamed", words, at_head(key))


def _servers(before: Node, after: Node, holder: Node) -> Iterator[Change]:
    """The first address is where SDKs look unless told otherwise."""
    old = [server.raw("url").text for server in before.items()]
    new = [server.raw("url").text for server in after.items()]
    default_moved = old[:1] != new[:1]
    if default_moved and new:
        was = code(old[0]) if old else "none"
        words = f"SDKs look at {code(new[0])} unless told otherwise, it was {was}"
        place = at_head(after.raw(0).raw("url"))
        yield change(Impact.BREAKING, "default-server-changed", words, place, affects=SDKS)
    for index, url in enumerate(old):
        if url not in new and (index or not default_moved or not new):
            place = at_base(before.raw(index), after if new else holder)
            words = f"server {code(url)} was removed"
            yield change(Impact.BREAKING, "server-removed", words, place)
    for index, url in enumerate(new):
        if url not in old and (index or not default_moved):
            words = f"server {code(url)} is new"
            yield change(Impact.MINOR, "server-added", words, at_head(after.raw(index)))
    kept = {server.raw("url").text: server for server in before.items()}
    for server in after.items():
        other = kept.get(server.raw("url").text)
        if other is not None:
            yield from documented(f"server {code(server.raw('url').text)}", other, server)


def _ports(before: Node, after: Node) -> Iterator[Change]:
    """Where servers listen and SDKs look for them."""
    old, new = (_range(node) for node in (before, after))
    if old == new:
        return
    shown = f"ports are {code(f'{new[0]}-{new[1]}')} now, they were {code(f'{old[0]}-{old[1]}')}"
    if new[0] <= old[0] and old[1] <= new[1]:
        yield change(Impact.MINOR, "ports-widened", shown, at_head(after), area="server")
    else:
        words = f"{shown}: servers on the others are not found"
        yield change(Impact.BREAKING, "ports-narrowed", words, at_head(after), area="server")


def _range(node: Node) -> tuple[int, int]:
    ports = [item.value for item in node.items() if isinstance(item.value, int)]
    return (ports[0], ports[1]) if len(ports) == 2 else DEFAULT_PORTS


def _schemes(before: Node, after: Node) -> Iterator[Change]:
    """What a key is and where it is sent. That one is asked for is said of each operation."""
    old, new = (node.get("components").raw("securitySchemes") for node in (before, after))
    for name, _ in old.members():
        base, head = old.get(name), new.get(name)
        if not head.map:
            continue  # operations ask for another one, or for none
        for key in ("type", "in", "name", "scheme", "flows", "openIdConnectUrl"):
            if base.raw(key).value != head.raw(key).value:
                was, now = code(base.raw(key).value), code(head.raw(key).value)
                words = f"security scheme {code(name)}: {key} is {now} now, it was {was}"
                place = at_head(head.raw(key))
                yield change(Impact.BREAKING, "security-scheme-changed", words, place)
        yield from documented(f"security scheme {code(name)}", base, head)


def _tags(before: Node, after: Node) -> Iterator[Change]:
    """What tags say. That an operation has another one is said of the operation."""
    old, new = (
        {tag.raw("name").text: tag for tag in node.raw("tags").items()} for node in (before, after)
    )
    for name, tag in new.items():
        if name in old:
            yield from documented(f"tag {code(name)}", old[name], tag)
