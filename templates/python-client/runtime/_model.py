"""JSON to models and back, with nothing lost.

Decoding is strict first, in one pass of C. Only when that refuses, or would round a date-time, it
is done anew by `_tolerant`, which puts members that a model does not know into its
`additional_properties`. Encoding is one pass of C; only when its output shows that unknown members
are there, `_unfold` puts them where they belong.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Self

import msgspec
from msgspec import UNSET, UnsetType

from ._times import FINER
from .errors import DecodeError, InvalidArgument

__all__ = ["UNSET", "ApiModel", "AwareDatetime", "UnsetType", "decode", "encode", "encode_body"]

AwareDatetime = Annotated[datetime, msgspec.Meta(tz=True)]
"""A date-time with an offset."""
Uuid = Annotated[
    str, msgspec.Meta(pattern=r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\Z")
]
"""A UUID, as it is spelled."""

ADDITIONAL = "\ue000additional_properties"
"""The member that holds unknown ones, while it is decoded or encoded. Not a name that a server
would give to a member: it starts with a private-use character."""
if TYPE_CHECKING:
    Unknown = dict[str, Any]
else:

    class Unknown(dict):
        """Unknown members. A type of its own: no JSON decodes to it, whatever a server sends."""


LARGE = 1 << 16
"""Bytes from which on a document is worth some thought."""

_MARK = ADDITIONAL.encode()
_OFFSET = re.compile(rb':\d\d(?:\.\d+)?"')
"""Found in JSON text that may have a date-time with an offset other than Z, or with none."""
_LONE = re.compile(rb"\\u[Dd][89ABab][0-9A-Fa-f]{2}(?!\\u[Dd][C-Fc-f])")
"""Found in JSON text with the first half of a character and not the other."""
_TRUNCATED = "Input data was truncated"
"""What msgspec says of an end that comes too early, that of a character included."""
_encode = msgspec.json.Encoder().encode
_REFUSED = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_UNFIT = (TypeError, ValueError, RecursionError, msgspec.MsgspecError)


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
        return cls.from_json(encode_exactly(data))

    @classmethod
    def from_json(cls, data: bytes | str) -> Self:
        """The model for JSON text. Raises DecodeError."""
        try:
            content = data.encode() if isinstance(data, str) else data
        except UnicodeEncodeError as error:
            reason = f"not Unicode: {error.reason} at character {error.start}"
            raise DecodeError(reason) from None
        model: Self = decode(content, cls)
        return model

    def to_dict(self) -> dict[str, Any]:
        """The model as JSON data, unknown members included. Raises InvalidArgument for what could
        not be read back: NaN, infinities, date-times without an offset or with seconds in it."""
        data: dict[str, Any] = msgspec.json.decode(encode_exactly(self))
        return data

    def to_json(self) -> bytes:
        """The model as JSON text, unknown members included. The fastest way: it does not look for
        what `to_dict` refuses, and writes NaN as null."""
        return encode(self)


@cache
def _decoder(annotation: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(annotation)


def decode(data: bytes, annotation: Any) -> Any:
    """`data` as `annotation`. Raises DecodeError."""
    try:
        if FINER.search(data) is None:
            try:  # not suppress(): this is in every call
                return _strict(data, annotation)
            except msgspec.ValidationError:
                pass
        from ._tolerant import read

        return read(data, annotation)
    except _REFUSED as error:
        reason = str(error) or type(error).__name__
        if reason == _TRUNCATED and _LONE.search(data):
            reason = "JSON is malformed: half of a UTF-16 surrogate pair, which is no character"
        raise DecodeError(reason) from None


def _strict(data: bytes, annotation: Any) -> Any:
    decoder = _decoder(annotation)
    if len(data) < LARGE or not gc.isenabled():
        return decoder.decode(data)
    # The garbage collector would walk what is being made again and again: a quarter of the time.
    # Nobody else has to do without it: no other thread runs while the decoder does.
    try:  # around the first step as well: Ctrl-C may strike right behind it
        gc.disable()
        return decoder.decode(data)
    finally:
        gc.enable()


def encode(value: Any) -> bytes:
    """`value` as JSON text. Raises InvalidArgument when it has none."""
    try:
        data = _encode(value)
        if _MARK in data:
            from ._unfold import unfold

            data = _encode(unfold(value))
        return data
    except _UNFIT as error:
        raise InvalidArgument(f"cannot be sent as JSON: {error}") from None


def encode_exactly(value: Any, *, nulls: bool = True) -> bytes:
    """`encode`, after a check that what is written can be read, as it is: see `_exact`."""
    data = encode(value)
    if b"null" in data or _OFFSET.search(data):
        from ._exact import check

        check(value, nulls=nulls)
    return data


def encode_body(value: Any, annotation: Any) -> bytes:
    """`encode_exactly`, after a check that the receiver can decode it: missing members, wrong
    types, broken constraints, nulls that somebody set and, in plain data, Python names end here."""
    data = encode_exactly(value, nulls=False)
    with suppress(*_REFUSED):  # as almost always
        _strict(data, annotation)
        return data
    try:
        decoded = decode(data, annotation)
    except DecodeError as error:
        raise InvalidArgument(f"body: {error.reason}") from None
    if isinstance(value, Mapping):
        from ._names import check_names

        check_names(decoded)
    return data
