"""One request and its answer, and how a person repeats it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OF_THE_TRANSPORT = {
    "accept-encoding",
    "connection",
    "content-length",
    "host",
    "user-agent",
    "x-schemathesis-testcaseid",
}
"""Headers that curl sends by itself, or that say nothing about the request."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request as it went out and the answer as it came. Header names are lower case."""

    method: str
    url: str
    request_headers: Mapping[str, str]
    request_body: bytes | None
    status: int
    headers: Mapping[str, str]
    body: bytes
    key_header: str | None = None
    """The header that carried the key, which is not among `request_headers`."""

    def json(self) -> Any:
        """The answer's body as JSON. Raises ValueError when it is none."""
        return strict_json(self.body)

    def curl(self) -> str:
        """A command line that sends the request again, with the key from the environment."""
        parts = ["curl", "-i", "-X", self.method]
        # curl would tidy up dots in a path, and make patterns of brackets.
        parts += ["--path-as-is"] * ("/." in self.url) + ["-g"] * bool(set("[]{}") & set(self.url))
        parts.append(shlex.quote(self.url))
        if self.key_header is not None:
            parts += ["-H", f'"{self.key_header}: $API_KEY"']
        headers = {n: v for n, v in self.request_headers.items() if n not in OF_THE_TRANSPORT}
        if headers.get("accept") == "*/*":
            del headers["accept"]
        if self.request_body and "content-type" not in headers:
            parts += ["-H", "content-type:"]
        for name, value in headers.items():
            parts += ["-H", shlex.quote(f"{name}: {value}" if value else f"{name};")]
        if not self.request_body:
            return " ".join(parts)
        if b"\0" in self.request_body or not is_text(self.request_body):
            escaped = "".join(f"\\x{byte:02x}" for byte in self.request_body)
            return f"printf '{escaped}' | {' '.join(parts)} --data-binary @-"
        return " ".join([*parts, "--data-binary", shlex.quote(self.request_body.decode())])

    def answer(self, length: int) -> str:
        """What came back, in a line: the status and the beginning of the body."""
        text = " ".join(self.body[: 4 * length].decode(errors="backslashreplace").split())
        return f"{self.status} {text[:length]}{'…' if len(text) > length else ''}".strip()

    def __str__(self) -> str:
        text = self.body[:200].decode(errors="backslashreplace").strip()
        return f"{self.method} {self.url} -> {self.status} {text}"


def is_text(body: bytes) -> bool:
    """Whether it can be written as an argument of a command."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def same(left: Any, right: Any) -> bool:
    """Whether two JSON values are equal as JSON: true is not 1, and 1 is 1.0."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def strict_json(raw: bytes) -> Any:
    """A JSON text in UTF-8. Raises ValueError for what Python lets pass and others do not: NaN, a
    byte order mark, a member given twice; and for what is nested deeper than can be read."""
    try:
        return json.loads(
            raw.decode(), object_pairs_hook=unique_members, parse_constant=refuse_constant
        )
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def unique_members(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object. Raises ValueError when it has a member twice."""
    found = dict(members)
    if len(found) < len(members):
        names = [name for name, _ in members]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice} is given twice")
    return found


def refuse_constant(name: str) -> Any:
    """Raises ValueError."""
    raise ValueError(f"{name} is no JSON")
