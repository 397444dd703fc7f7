"""The header fields of a request, some of which may be repeated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class Headers:
    """Header fields as ASGI gives them: names in lower case, in the order they came."""

    __slots__ = ("_values",)

    def __init__(self, fields: Iterable[tuple[bytes, bytes]]) -> None:
        self._values: dict[bytes, list[bytes]] = {}
        for name, value in fields:
            self._values.setdefault(name, []).append(value)

    def values(self, name: bytes) -> Sequence[bytes]:
        """The value of each field of that name."""
        return self._values.get(name, ())

    def text(self, name: bytes) -> str | None:
        """The fields of that name as the one list that they mean (RFC 9110, 5.3)."""
        values = self._values.get(name)
        return None if values is None else b", ".join(values).decode("latin-1")
