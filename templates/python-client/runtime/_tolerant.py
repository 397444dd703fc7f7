"""Decoding of what a strict decoder refuses although nothing in it is wrong.

Most answers of a newer server need `_twins` only. The rest is decoded without types, folded (see
`_fold`) and converted. Large documents are read item by item, so that no large untyped tree comes
about: it would cost memory, and the garbage collector would walk it again and again.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec

from ._fold import fold
from ._shape import holds_times, inside, is_model, members
from ._times import FINER
from ._twins import decoder

LARGE = 1 << 16
"""Bytes from which on a document is read item by item."""

_pieces = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_items = msgspec.json.Decoder(list[msgspec.Raw]).decode


def read(data: Any, annotation: Any) -> Any:
    """`data`, JSON text, as `annotation`. Raises what msgspec raises."""
    if holds_times(annotation):
        return _converted(msgspec.json.decode(data), annotation)
    fine = FINER.search(data) is not None
    with suppress(msgspec.ValidationError):
        if len(data) < LARGE:
            return decoder(annotation, fine)(data)
        return _converted(_by_items(data, annotation), annotation)
    return _converted(msgspec.json.decode(data), annotation)


def _converted(data: Any, annotation: Any) -> Any:
    return msgspec.convert(fold(data, annotation), annotation)


def _by_items(data: Any, annotation: Any) -> Any:
    """Untyped data, in which models in lists and maps are models already."""
    kind, item = inside(annotation)
    if is_model(kind):
        known = {member.wire: member.type for member in members(kind)}
        return {name: _by_items(raw, known.get(name)) for name, raw in _pieces(data).items()}
    if not is_model(inside(item)[0]):
        return msgspec.json.decode(data)
    if kind is list:
        return [read(raw, item) for raw in _items(data)]
    return {name: read(raw, item) for name, raw in _pieces(data).items()}
