"""What the judge made on somebody's server, on disk before and after each create, so that it can be
removed when a run was killed.

One file for each server, which is gone when nothing is left. Each line is an object: `asks` before
a request, `made` and `answered` after it, `gone` after a delete.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from specpipe.conformance.subject import member
from specpipe.diagnostics import ToolError
from specpipe.spec.model import Resource

VERSION = 1


@dataclass(slots=True)
class Pending:
    """What a journal says may be left on a server."""

    things: dict[tuple[str, str], Any] = field(default_factory=dict)
    """By resource and id, the time of creation that the server gave: None where it gave none."""
    unanswered: dict[int, str] = field(default_factory=dict)
    """When creates were sent that had no answer and whose id nobody knows."""

    def __bool__(self) -> bool:
        return bool(self.things or self.unanswered)

    def take(self, line: Mapping[str, Any]) -> None:
        """Read one line."""
        number, thing = line.get("number", 0), (line.get("of", ""), line.get("id", ""))
        match line["did"]:
            case "asks" if line["id"] is None:
                self.unanswered[number] = line["at"]
            case "asks":
                self.things.setdefault(thing, None)
            case "made":
                self.things[thing] = line["created"]
            case "answered":
                self.unanswered.pop(number, None)
            case "gone":
                self.things.pop(thing, None)


def place(base_url: str) -> Path:
    """Where the journal of a server is."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    name = hashlib.sha256(base_url.encode()).hexdigest()[:16]
    return Path(state, "specpipe", "journals", f"{name}.jsonl")


def pending(base_url: str) -> Pending:
    """What an earlier run may have left on a server. Raises ToolError for a damaged journal."""
    path, found = place(base_url), Pending()
    try:
        # A line that was being written when the run was killed has no end.
        lines = path.read_text().split("\n")[:-1]
    except FileNotFoundError:
        return found
    except OSError as error:
        raise unkept(path, error) from None
    try:
        if lines and json.loads(lines[0])["server"] != base_url:
            raise ToolError(f"{path}: this is not the journal of {base_url}")
        for line in lines[1:]:
            found.take(json.loads(line))
    except (ValueError, KeyError, TypeError) as error:
        raise ToolError(f"{path}: this is no journal: {error}: look into it yourself") from None
    return found


def unkept(path: Path, error: OSError) -> ToolError:
    """What is said when a journal cannot be kept."""
    return ToolError(
        f"{path}: no journal of what is created can be kept there, so nothing is written: "
        f"{error.strerror}: say where with XDG_STATE_HOME"
    )


class Journal:
    """The journal of a server, open for one run. Threads may share it."""

    def __init__(self, base_url: str, file: int) -> None:
        self._base_url = base_url
        self._file = file
        self._lock = threading.Lock()
        self._number = os.fstat(file).st_size
        """Numbers grow with the file, so that those of an earlier run do not come again."""
        if not self._number:
            self._write({"version": VERSION, "server": base_url})

    def asks(self, of: str, id: str | None) -> int:
        """Note a request that may make a thing, with that id if it is known. Gives its number."""
        with self._lock:
            self._number += 1
            number = self._number
        at = datetime.now(UTC).isoformat(timespec="seconds")
        self._write({"did": "asks", "number": number, "of": of, "id": id, "at": at})
        return number

    def made(self, resource: Resource, id: str, thing: Mapping[str, Any]) -> None:
        """Note a thing that is on the server."""
        created = member(thing, resource.created)
        self._write({"did": "made", "of": resource.name.wire, "id": id, "created": created})

    def answered(self, number: int) -> None:
        """Note that a request was answered, and what it made, if anything, is known."""
        self._write({"did": "answered", "number": number})

    def gone(self, of: str, id: str) -> None:
        """Note that a thing is not on the server."""
        self._write({"did": "gone", "of": of, "id": id})

    def _write(self, line: Mapping[str, Any]) -> None:
        """Write a whole line at once, to be found whatever ends the run or the machine."""
        os.write(self._file, json.dumps(line).encode() + b"\n")
        os.fsync(self._file)


@contextmanager
def kept(base_url: str) -> Iterator[Journal]:
    """The journal of a server, for this run alone; the file goes when nothing is left on the
    server. Raises ToolError when it cannot be kept, or when another run is keeping it."""
    path = place(base_url)
    try:
        file = locked(path, base_url)
    except OSError as error:
        raise unkept(path, error) from None
    try:
        pending(base_url)
        try:
            yield Journal(base_url, file)
        finally:
            if not pending(base_url):
                path.unlink()
    finally:
        os.close(file)


def locked(path: Path, base_url: str) -> int:
    """The file of a journal, open and locked, without the torn line that a killed run may have
    left at its end. Raises OSError, and ToolError when another run has it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise ToolError(f"another run is writing to {base_url}: wait for its end") from None
    if not is_at(path, file):  # that run ended, and took its journal with it, while we opened it
        os.close(file)
        return locked(path, base_url)
    whole = path.read_bytes().rpartition(b"\n")
    os.ftruncate(file, len(whole[0] + whole[1]))
    return file


def is_at(path: Path, file: int) -> bool:
    """Whether an open file is the one at `path`: by now there may be none, or that of another."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except FileNotFoundError:
        return False
