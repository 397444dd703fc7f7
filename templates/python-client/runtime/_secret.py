"""Text that must not show: keys, and whatever else a caller puts into headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, Self


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


def hidden(value: Any) -> Any:
    """`value` with secrets in the place of text and bytes, in mappings and lists as well. Rebind a
    name to it, and no traceback shows it there."""
    if isinstance(value, str):
        return Secret(value)
    if isinstance(value, bytes):
        return SecretBytes(value)
    if isinstance(value, Mapping):
        return {name: hidden(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [hidden(item) for item in value]
    return value


def conceal(options: Any) -> None:
    """Put secrets into `options`, what a method was given by name. In place: the frames of all
    methods on the way have this very dict. A body stays as it is: it has no key, and may be large.
    """
    for name, value in options.items():
        if name != "extra_body":
            options[name] = hidden(value)
