"""What an operation is, and how its arguments become a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any, Generic, TypeVar

import msgspec

from ._model import ApiModel, encode, encode_body
from ._times import rfc3339
from .errors import InvalidArgument
from .options import Scalar

T = TypeVar("T")

_PLAIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_ENCODED = tuple(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in range(256))
_MINUTE = timedelta(minutes=1)


class Answer(msgspec.Struct, frozen=True):
    """A documented success: its media type and type; neither when it has no body."""

    media_type: str | None = None
    type: Any = None


class Body(msgspec.Struct, frozen=True):
    """A documented request body. `ids`: members that a list of ids is wrapped in, outermost first;
    the last one is each id's own."""

    type: Any
    media_type: str
    required: bool
    ids: tuple[str, ...] = ()


class Operation(msgspec.Struct, Generic[T], frozen=True):
    """One operation of the API; `T` is what a call gives back."""

    id: str
    method: str
    path: str
    """With `{}` where path parameters go."""
    names: tuple[str, ...]
    """Of its path parameters."""
    answers: Mapping[int, Answer]
    failures: frozenset[int]
    """Documented statuses that are not a success."""
    accept: str
    repeatable: bool
    secured: bool
    body: Body | None = None
    types: Mapping[str, type] = {}
    """Of its parameters that are not text."""
    required: tuple[str, ...] = ()
    """Names of the parameters of the query that cannot be left out."""


def path(operation: Operation[Any], values: tuple[Any, ...]) -> str:
    """The operation's path. Raises InvalidArgument for a value that would change the path."""
    if not values:
        return operation.path
    return operation.path.format(
        *[
            _segment(operation, name, value)
            for name, value in zip(operation.names, values, strict=True)
        ]
    )


def _segment(operation: Operation[Any], name: str, value: Any) -> str:
    wire = text(operation, name, value)
    if wire in ("", ".", ".."):
        raise InvalidArgument(f"{name}: {wire!r} cannot be part of a path")
    return percent_encoded(name, wire)


def query(operation: Operation[Any], parameters: Mapping[str, Any]) -> str:
    """`?…` for the parameters that are not None; nothing when there are none. Raises
    InvalidArgument for one that has to be there and is None."""
    for name in operation.required:
        if parameters.get(name) is None:
            raise InvalidArgument(f"{name}: is required")
    pairs = [
        f"{percent_encoded(name, name)}={percent_encoded(name, text(operation, name, value))}"
        for name, value in parameters.items()
        if value is not None
    ]
    return f"?{'&'.join(pairs)}" if pairs else ""


def text(operation: Operation[Any], name: str, value: Any) -> str:
    """A parameter's value as it stands on the wire. Raises InvalidArgument for a value of another
    type than the parameter's."""
    wanted = operation.types.get(name, str)
    if (wire := _TEXTS[wanted](name, value)) is None:
        advice = ": give its id" if isinstance(value, ApiModel) and hasattr(value, "id") else ""
        given = type(value).__name__
        raise InvalidArgument(f"{name}: {given} where {wanted.__name__} is wanted{advice}")
    return wire


def _of_str(_: str, value: Any) -> str | None:
    if type(value) is str:
        return value
    if type(value).__module__ == "uuid":
        return str(value)
    return str.__str__(value) if isinstance(value, str) else None


def _of_bool(_: str, value: Any) -> str | None:
    return ("false", "true")[value] if isinstance(value, bool) else None


def _of_int(name: str, value: Any) -> str | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    try:
        return int.__repr__(value)
    except ValueError:
        raise InvalidArgument(f"{name}: too many digits") from None


def _of_float(name: str, value: Any) -> str | None:
    if isinstance(value, float) and isfinite(value):
        return float.__repr__(value)
    return _of_int(name, value)


def _of_datetime(name: str, value: Any) -> str | None:
    if isinstance(value, datetime):
        return _rfc3339(name, value)
    if not isinstance(value, str):
        return None
    text = str.__str__(value)
    if (wire := rfc3339(text)) is None:
        raise InvalidArgument(f"{name}: {text[:40]!r} is no RFC 3339 date-time with an offset")
    return wire


_TEXTS: Mapping[type, Callable[[str, Any], str | None]] = {
    str: _of_str,
    bool: _of_bool,
    int: _of_int,
    float: _of_float,
    datetime: _of_datetime,
}
"""What each type of parameter accepts, and how it is written. A date-time may also be given as
text, which is sent with all its digits: it may be finer than a datetime can be."""


def _rfc3339(name: str, value: datetime) -> str:
    offset = value.utcoffset()
    if offset is None:
        raise InvalidArgument(
            f"{name}: a date-time without an offset; give it one, as in datetime.now(UTC)"
        )
    return (value if not offset % _MINUTE else value.astimezone(UTC)).isoformat()


def percent_encoded(name: str, wire: str) -> str:
    """`wire` with everything but RFC 3986's unreserved characters percent-encoded."""
    try:
        content = wire.encode()
    except UnicodeEncodeError as error:
        raise InvalidArgument(f"{name}: {error.reason}") from None
    if not content.translate(None, _PLAIN):  # as almost every id is
        return wire
    return "".join([_ENCODED[byte] for byte in content])


def with_extra_query(url: str, extra: Mapping[str, Scalar | Sequence[Scalar]]) -> str:
    """`url` with more in its query."""
    pairs = [
        f"{percent_encoded(place, name)}={percent_encoded(place, _scalar(place, value))}"
        for name, given in extra.items()
        for place in (f"extra_query: {name}",)
        for value in (given if isinstance(given, list | tuple) else (given,))
    ]
    return url + ("&" if "?" in url else "?") + "&".join(pairs) if pairs else url


def _scalar(name: str, value: Any) -> str:
    for kind in (bool, int, float, datetime, str):
        if isinstance(value, kind) and (wire := _TEXTS[kind](name, value)) is not None:
            return wire
    raise InvalidArgument(f"{name}: {type(value).__name__} cannot be in a query")


def body(operation: Operation[Any], value: Any, extra: Mapping[str, Any] | None) -> bytes | None:
    """The request body for `value`, with `extra` members in it; None for none."""
    content = _checked_body(operation, value if value is not None or not extra else {})
    return content if not extra or content is None else _with_members(content, extra)


def _with_members(content: bytes, extra: Mapping[str, Any]) -> bytes:
    data = msgspec.json.decode(content)
    if not isinstance(data, dict):
        raise InvalidArgument("extra_body: the body is no object")
    content = encode(data | dict(extra))
    from ._exact import check

    check(extra)
    return content


def _checked_body(operation: Operation[Any], value: Any) -> bytes | None:
    wanted = operation.body
    if wanted is None or value is None:
        if wanted is not None and wanted.required:
            raise InvalidArgument("body: is required")
        return None
    if wanted.ids and not isinstance(value, ApiModel | Mapping):
        value = _wrapped(wanted.ids, value)
    if isinstance(value, ApiModel):
        _check_kind(value, wanted.type)
    return encode_body(value, wanted.type)


def _check_kind(value: ApiModel, wanted: Any) -> None:
    """Where nothing is required another model would pass, with all its members unknown."""
    is_model = isinstance(wanted, type) and issubclass(wanted, ApiModel)
    if is_model and not isinstance(value, wanted):
        raise InvalidArgument(f"body: {type(value).__name__} where {wanted.__name__} is wanted")


def _wrapped(members: tuple[str, ...], ids: Iterable[str]) -> Any:
    if isinstance(ids, str | bytes):
        raise InvalidArgument("body: one id; put it in a list")
    if not isinstance(ids, Iterable):
        raise InvalidArgument(f"body: {type(ids).__name__} where a list of ids is wanted")
    *outer, name = members
    value: Any = [{name: _id(place, id)} for place, id in enumerate(ids)]
    for member in reversed(outer):
        value = {member: value}
    return value


def _id(place: int, value: Any) -> Any:
    if isinstance(value, ApiModel):
        raise InvalidArgument(f"body: [{place}]: {type(value).__name__} where an id is wanted")
    return value
