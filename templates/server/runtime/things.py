"""Stored things and their text: a JSON object in, a record out, and the other way round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from .contract import ResourceType
from .store import Record

NOTHING = b"{}"
"""The heavy part of a thing without heavy members."""


def record_of(type: ResourceType, created: int, updated: int, thing: Mapping[str, Any]) -> Record:
    """The thing as it is stored: heavy members apart, so that leaving them out is free."""
    heavy = {name: thing[name] for name in type.heavy if name in thing}
    base = {name: value for name, value in thing.items() if name not in heavy}
    encode = msgspec.json.encode
    return Record(thing[type.id], created, updated, encode(base), encode(heavy))


def joined(base: bytes, heavy: bytes) -> bytes:
    """One JSON object of two; `base` is never empty, since the id is in it."""
    return base if heavy == NOTHING else base[:-1] + b"," + heavy[1:]
