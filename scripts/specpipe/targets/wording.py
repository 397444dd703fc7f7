"""What references of SDKs say in words, in any language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

BOUNDS: Mapping[str, str] = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "{} or more characters",
    "maxLength": "{} characters at most",
    "pattern": "matches {}",
    "minItems": "{} or more items",
    "maxItems": "{} items at most",
    "default": "{} if left out",
}
"""What a keyword of JSON Schema asks for, in words."""


def limits(schema: Any, shown: Callable[[Any], str]) -> str:
    """What a schema asks of a value beyond its type, as Markdown; `shown` makes that of values."""
    if not isinstance(schema, Mapping):
        return ""
    asked = [
        words.format(shown(schema[keyword]))
        for keyword, words in BOUNDS.items()
        if keyword in schema
    ]
    if "enum" in schema:
        asked.append(f"one of {', '.join(map(shown, schema['enum']))}")
    text = ", ".join(asked)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def sentences(*texts: str) -> str:
    """The texts that there are, one behind the other."""
    return " ".join(text.strip() for text in texts if text.strip())
