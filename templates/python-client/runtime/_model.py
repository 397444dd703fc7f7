"""JSON to models and back, with nothing lost.

Decoding is strict first, in one pass of C. When that refuses, or would round a date-time, the data
is decoded without types, members that a model does not know are folded into its
`additional_properties`, and the result is converted strictly. Encoding is one pass of C; only when
its output shows that unknown members are there are they unfolded again. See `_fold`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Self

import msgspec
from msgspec import UNSET, UnsetType

from ._fold import ADDITIONAL, fold, unfold
from ._times import FINER
from .errors import DecodeError, InvalidArgument

if TYPE_CHECKING:
    Unknown = dict[str, Any]
else:
    from ._fold import Unknown

__all__ = ["UNSET", "ApiModel", "AwareDatetime", "UnsetType", "decode", "encode", "encode_body"]

AwareDatetime = Annotated[datetime, msgspec.Meta(tz=True)]
"""A date-time with an offset."""

_MARK = ADDITIONAL.encode()
_encode = msgspec.json.Encoder().encode
_REFUSED = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class ApiModel(
    msgspec.Struct, kw_only=True, forbid_unknown_fields=True, gc=False, repr_omit_defaults=True
):
    """Base of all models: what JSON objects of the API have in common."""

    additional_properties: Unknown | UnsetType = msgspec.field(name=ADDITIONAL, default=UNSET)
    """Members that this version of the package does not know, members that were null although the
    contract has no null there, and date-times finer than microseconds as they were written. They
    are sent back as they came; a date-time only while the member still has that moment."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The model for JSON data. Raises DecodeError, and InvalidArgument for what is no JSON."""
        return cls.from_json(encode(data))

    @classmethod
    def from_json(cls, data: bytes | str) -> Self:
        """The model for JSON text. Raises DecodeError."""
        model: Self = decode(data.encode() if isinstance(data, str) else data, cls)
        return model

    def to_dict(self) -> dict[str, Any]:
        """The model as JSON data, unknown members included."""
        data: dict[str, Any] = msgspec.json.decode(self.to_json())
        return data

    def to_json(self) -> bytes:
        """The model as JSON text, unknown members included."""
        return encode(self, type(self))


@cache
def _decoder(annotation: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(annotation)


def decode(data: bytes, annotation: Any) -> Any:
    """`data` as `annotation`. Raises DecodeError."""
    try:
        if FINER.search(data) is None:
            with suppress(msgspec.ValidationError):
                return _decoder(annotation).decode(data)
        return msgspec.convert(fold(msgspec.json.decode(data), annotation), annotation)
    except _REFUSED as error:
        raise DecodeError(str(error) or type(error).__name__) from None


def encode(value: Any, annotation: Any = None) -> bytes:
    """`value`, which stands where the contract wants `annotation`, as JSON text.

    Raises InvalidArgument when it has no JSON.
    """
    try:
        data = _encode(value)
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError) as error:
        raise InvalidArgument(f"cannot be sent as JSON: {error}") from None
    if annotation is not None and _MARK in data:
        data = _encode(unfold(msgspec.json.decode(data), annotation))
    return data


def encode_body(value: Any, annotation: Any) -> bytes:
    """`encode`, after a check that the receiver can decode it: naive date-times, missing members
    and wrong types end here."""
    data = encode(value, annotation)
    try:
        decode(data, annotation)
    except DecodeError as error:
        raise InvalidArgument(f"body: {error.reason}") from None
    return data
