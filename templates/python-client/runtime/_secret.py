"""Text that must not show: keys, and whatever else a caller puts into headers."""

from __future__ import annotations

from typing import Any, NoReturn, Self, TypeVar

T = TypeVar("T")


class Secret(str):
    """A string like any other on the wire. Its repr does not show it, so neither do tracebacks with
    local variables; it cannot be pickled, nor can what holds it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'…'"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        return self

    def __reduce_ex__(self, _: object) -> NoReturn:
        raise TypeError("headers and keys are not pickled")


class SecretBytes(bytes):
    """The same for bytes: a request on its way holds what its headers do."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "b'…'"


def hidden(value: T) -> T | Secret:
    """`value`, as a Secret if it is text. Rebind a name to it, and no traceback shows it there."""
    return Secret(value) if isinstance(value, str) else value
