"""How the texts of settings are read. Each function raises ValueError with a line for a person."""

from __future__ import annotations

import re

from .cross_origin import origin_of
from .guard import host_name

UNITS = {"": 1, "KiB": 1024, "MiB": 1024 * 1024}
LARGEST = 256 * UNITS["MiB"]
"""Bytes of a body: above, an engine might not keep the thing."""
LONGEST = 86_400.0
"""Seconds."""
_SIZE = re.compile(r"([1-9]\d{0,11})(|KiB|MiB)", re.ASCII)
_SECONDS = re.compile(r"\d{1,6}(\.\d{1,6})?", re.ASCII)


def host(text: str) -> str:
    """A name of this server."""
    return host_name(text)


def port(text: str) -> int:
    """A port, 0 included."""
    if not text.isascii() or not text.isdigit() or int(text) > 65_535:
        raise ValueError(f"{text!r} is not a port: give a number from 0 to 65535")
    return int(text)


def number(text: str) -> int:
    """How many of something."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1_000_000:
        raise ValueError(f"{text!r} is not a number from 1 to 1000000")
    return int(text)


def size(text: str) -> int:
    """Bytes: a plain number of them, or one of KiB or MiB."""
    match = _SIZE.fullmatch(text)
    found = int(match[1]) * UNITS[match[2]] if match else 0
    if not 1 <= found <= LARGEST:
        raise ValueError(f"{text!r} is not a size: give 1 to 256MiB, as 8MiB, 512KiB or 1000")
    return found


def seconds(text: str) -> float:
    """A time that is not 0."""
    found = float(text) if _SECONDS.fullmatch(text) else 0.0
    if not 0.0 < found <= LONGEST:
        raise ValueError(f"{text!r} is not a time: give seconds up to a day, as 10 or 0.5")
    return found


def yes_or_no(text: str) -> bool:
    """1 or 0, also in words."""
    known = {"1": True, "true": True, "yes": True, "on": True}
    known |= {"0": False, "false": False, "no": False, "off": False}
    if (answer := known.get(text.strip().lower())) is None:
        raise ValueError(f"{text!r} is neither yes nor no: give 1 or 0")
    return answer


def origin(text: str) -> str:
    """An origin of web pages."""
    return origin_of(text)
