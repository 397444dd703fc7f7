"""Finding the operation for a path: by its segments, literal ones before parameters.

Paths are split before they are percent-decoded, so an encoded slash stays inside its segment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from .http_input import text_of

T = TypeVar("T")


@dataclass(slots=True)
class _Node(Generic[T]):
    literals: dict[bytes, _Node[T]] = field(default_factory=dict)
    parameter: _Node[T] | None = None
    template: tuple[str, ...] = ()
    methods: dict[str, T] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """What a path and a method lead to, and the raw values of the path's parameters."""

    target: T
    raw: tuple[tuple[str, bytes], ...]

    def parameters(self) -> dict[str, str]:
        """The path parameters, decoded. Raises Refusal (422)."""
        return {name: text_of(value, name) for name, value in self.raw}


class Routes(Generic[T]):
    """A tree of path templates."""

    def __init__(self, routes: Iterable[tuple[str, str, T]]) -> None:
        self._root: _Node[T] = _Node()
        for method, path, target in routes:
            node = self._root
            names: list[str] = []
            for segment in path.split("/")[1:]:
                if segment.startswith("{") and segment.endswith("}"):
                    names.append(segment[1:-1])
                    node.parameter = node = node.parameter or _Node()
                else:
                    node = node.literals.setdefault(segment.encode(), _Node())
            node.template = tuple(names)
            node.methods[method] = target

    def match(self, raw_path: bytes) -> dict[str, Match[T]]:
        """For a path as it came on the wire: the match for each method of its best template; empty
        when there is none.

        A concrete template comes before one with parameters whatever the method (OpenAPI 3.1,
        4.8.8.2), so GET /a/b is a 405 where only POST /a/b and GET /a/{c} are known: clients and
        fuzzers that read the spec count on that.
        """
        return self._walk(self._root, raw_path.split(b"/")[1:], ())

    def _walk(
        self, node: _Node[T], rest: list[bytes], values: tuple[bytes, ...]
    ) -> dict[str, Match[T]]:
        if not rest:
            raw = tuple(zip(node.template, values, strict=True)) if node.methods else ()
            return {method: Match(target, raw) for method, target in node.methods.items()}
        segment, *rest = rest
        literal = node.literals.get(segment)
        if literal is not None and (found := self._walk(literal, rest, values)):
            return found
        if node.parameter is not None and segment:
            return self._walk(node.parameter, rest, (*values, segment))
        return {}
