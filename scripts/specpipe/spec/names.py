"""Names: from what a spec says to what code says, decided once for all targets."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BOUNDARY = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the spec: its text on the wire and the ASCII words it is made of."""

    wire: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, wire: str) -> Name:
        """Split `wire` at separators, case changes and digits: `fileName` is file, name."""
        return cls(wire, tuple(word.lower() for word in _BOUNDARY.findall(wire)))

    @property
    def snake(self) -> str:
        """`file_name`: Python attributes, functions and modules."""
        return "_".join(self.words)

    @property
    def kebab(self) -> str:
        """`file-name`: distributions, folders and command-line options."""
        return "-".join(self.words)

    @property
    def pascal(self) -> str:
        """`FileName`: classes and types."""
        return "".join(word[:1].upper() + word[1:] for word in self.words)

    @property
    def camel(self) -> str:
        """`fileName`: TypeScript members and functions."""
        return self.pascal[:1].lower() + self.pascal[1:]

    def without_prefix(self, other: Name) -> Name:
        """This name without the words of `other` in front; the whole name if none are left."""
        size = len(other.words)
        if self.words[:size] == other.words and len(self.words) > size:
            return Name(self.wire, self.words[size:])
        return self
