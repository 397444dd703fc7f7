"""Names in plain data that are those of Python, where the wire has others.

Such a member would be sent as an unknown one: a server accepts it, and what was meant is lost.
"""

from __future__ import annotations

from typing import Any

from ._model import UNSET, ApiModel
from ._shape import members
from .errors import InvalidArgument


def check_names(value: Any) -> None:
    """Raise InvalidArgument when a model in `value`, decoded from plain data, has an unknown member
    by the Python name of a known one, and not that one."""
    if isinstance(value, ApiModel):
        _check(value)
    elif isinstance(value, list):
        for item in value:
            check_names(item)
    elif isinstance(value, dict):
        for item in value.values():
            check_names(item)


def _check(model: ApiModel) -> None:
    known = members(type(model))
    wires = {member.wire for member in known}
    for name in (model.additional_properties or {}).keys() - wires:
        for member in known:
            if name == member.name and getattr(model, name) is UNSET:
                raise InvalidArgument(f"body: {name}: its name on the wire is {member.wire}")
    for member in known:
        check_names(getattr(model, member.name))
