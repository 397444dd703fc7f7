"""How a value is spelt in a URL or header, where it is text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def spelt(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` with whole numbers for those that a float happens to hold. To JSON Schema 2.0 is an
    integer (draft 2020-12, 6.1.1), and in a body a server has to take it. As text it is one that no
    SDK writes, and it gets there only when an answer's number is followed as a link."""
    return {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in values.items()
    }
