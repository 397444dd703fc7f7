"""The header fields of a request, some of which may be repeated."""

from __future__ import annotations

from collections.abc import Collection, Sequence

Fields = Sequence[tuple[bytes, bytes]]
"""As they are on the wire."""


class Headers:
    """Header fields as ASGI gives them: names in lower case, in the order they came."""

    __slots__ = ("_fields", "_last", "_repeated")

    def __init__(self, fields: Collection[tuple[bytes, bytes]]) -> None:
        self._fields = fields
        self._last = dict(fields)
        self._repeated = len(self._last) != len(fields)

    def values(self, name: bytes) -> Sequence[bytes]:
        """The value of each field of that name."""
        value = self._last.get(name)
        if value is None:
            return ()
        if self._repeated:
            return [value for found, value in self._fields if found == name]
        return (value,)

    def only(self, name: bytes) -> bytes | None:
        """The value of the one field of that name; None when there is none, or several."""
        if self._repeated and len(self.values(name)) != 1:
            return None
        return self._last.get(name)

    def text(self, name: bytes) -> str | None:
        """The fields of that name as the one list that they mean (RFC 9110, 5.3)."""
        value = self._last.get(name)
        if value is None:
            return None
        if self._repeated:
            value = b", ".join(self.values(name))
        return value.decode("latin-1")
