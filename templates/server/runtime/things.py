"""Things as they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.json import encode

from .contract import ResourceType
from .store import Record


def record_of(type: ResourceType, created: int, updated: int, thing: Mapping[str, Any]) -> Record:
    """The thing as it is stored: heavy members apart, so that leaving them out is free."""
    heavy = {name: thing[name] for name in type.heavy if name in thing}
    base = {name: value for name, value in thing.items() if name not in heavy}
    return Record(thing[type.id], created, updated, encode(base), encode(heavy))
