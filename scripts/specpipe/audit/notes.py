"""What the last column of a table of parameters says: optional, default, members of an enum."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from specpipe.audit.facts import Value

_OPTIONAL = re.compile(r"[\[(]optional[\])]", re.IGNORECASE)
_DEFAULT = re.compile(r"\[default(?:s)? to (.*?)\](?= |$)|defaults to (\S+|'[^']*')", re.IGNORECASE)
_ENUM = re.compile(r"\[Enum: ([^\]]*)\]")
_NOTHING = {"undefined", "None", "null", ""}
_WORDS = {"true": True, "false": False}


def read(text: str) -> Iterator[tuple[str, Value]]:
    """Facts, as (aspect, value); what is left and not understood comes last, as `unread`."""
    yield "required", not _OPTIONAL.search(text)
    rest = _OPTIONAL.sub("", text)
    if found := _ENUM.search(rest):
        yield "enum", tuple(word.strip() for word in found[1].split(","))
        rest = _ENUM.sub("", rest)
    if found := _DEFAULT.search(rest):
        yield "default", default_of(found[1] or found[2])
        rest = _DEFAULT.sub("", rest, count=1)
    if rest.strip():
        yield "unread", rest.strip()


def default_of(text: str) -> Value:
    """The value that a page writes as a default; None where it says that there is none."""
    text = text.strip().strip("`")
    if text in _NOTHING:
        return None
    if text[:1] in "'\"" and text[-1:] == text[:1]:
        return text[1:-1]
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, int | float) else text
