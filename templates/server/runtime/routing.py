"""Finding the operation for a path: by its segments, literal ones before parameters.

Paths are split before they are percent-decoded, so an encoded slash stays inside its segment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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


class Match(Generic[T]):
    """What a path leads to, for each method that it takes, and the raw values of its parameters."""

    __slots__ = ("_names", "_values", "targets")

    def __init__(
        self, targets: Mapping[str, T], names: tuple[str, ...] = (), values: Sequence[bytes] = ()
    ) -> None:
        self.targets = targets
        self._names = names
        self._values = values

    def parameters(self) -> dict[str, str]:
        """The path parameters, decoded. Raises Refusal (422)."""
        found = {}
        for name, value in zip(self._names, self._values, strict=True):
            found[name] = text_of(value, name)
        return found


class Routes(Generic[T]):
    """A tree of path templates."""

    def __init__(self, routes: Iterable[tuple[str, str, T]]) -> None:
        self._root: _Node[T] = _Node()
        self._concrete: dict[bytes, Match[T]] = {}
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
            if not names:
                self._concrete[path.encode()] = Match(node.methods)

    def match(self, raw_path: bytes) -> Match[T] | None:
        """For a path as it came on the wire: the match of its best template; None when there is
        none.

        A concrete template comes before one with parameters whatever the method (OpenAPI 3.1,
        4.8.8.2), so GET /a/b is a 405 where only POST /a/b and GET /a/{c} are known: clients and
        fuzzers that read the spec count on that.
        """
        if (found := self._concrete.get(raw_path)) is not None:
            return found
        segments = raw_path.split(b"/")
        values: list[bytes] = []
        node = None if segments[0] else self._walk(self._root, segments, 1, values)
        return None if node is None else Match(node.methods, node.template, values)

    def _walk(
        self, node: _Node[T], segments: list[bytes], place: int, values: list[bytes]
    ) -> _Node[T] | None:
        """The node of the best template for the segments from `place` on, and into `values` those
        of its parameters."""
        for at in range(place, len(segments)):
            segment = segments[at]
            literal = node.literals.get(segment)
            parameter = node.parameter if segment else None
            if literal is not None and parameter is not None:
                kept = len(values)
                if found := self._walk(literal, segments, at + 1, values):
                    return found
                del values[kept:]
                literal = None
            if literal is not None:
                node = literal
            elif parameter is not None:
                values.append(segment)
                node = parameter
            else:
                return None
        return node if node.methods else None
