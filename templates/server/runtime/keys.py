"""Keys that clients have to send, as they are configured. No message shows one."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence

LARGEST_FILE = 1024 * 1024
"""Bytes."""


def printable_key(text: str) -> str:
    """A key, or nothing. Raises ValueError when a header field could not carry it as it is."""
    if not text.isascii() or not text.isprintable() or text != text.strip():
        raise ValueError("a key is printable ASCII, without blanks around it")
    return text


def keys_in_file(path: str) -> tuple[Sequence[str], str | None]:
    """The keys of a file, one a line, without lines that begin with # and empty ones; and a
    warning when everybody on this machine can read them. That is no error: secrets mounted into a
    container often are so.

    Raises OSError or ValueError, with a line for a person, when there are none to be had, or
    everybody could add one.
    """
    try:
        with open(path, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise OSError(f"cannot read {path!r}: {error.strerror}") from error
    if len(content) > LARGEST_FILE:
        raise ValueError(f"{path!r} is larger than 1 MiB: that is no file of keys")
    if stat.S_ISREG(mode) and mode & stat.S_IWOTH:
        raise ValueError(f"{path!r} can be changed by everybody on this machine: chmod 600 it")
    keys = []
    for number, line in enumerate(content.decode("latin-1").splitlines(), 1):
        if (key := line.strip(" \t")) and not key.startswith("#"):
            try:
                keys.append(printable_key(key))
            except ValueError as error:
                raise ValueError(f"{path!r}, line {number}: {error}") from None
    if not keys:
        raise ValueError(f"{path!r} has no key in it: write one a line")
    if stat.S_ISREG(mode) and mode & stat.S_IROTH:
        return keys, f"{path!r} can be read by everybody on this machine: chmod 600 it"
    return keys, None
