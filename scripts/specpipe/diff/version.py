"""Versions, and which one comes next."""

from __future__ import annotations

import re
from dataclasses import dataclass

from specpipe.diff.change import Impact

_FORM = re.compile(r"(\d+)\.(\d+)\.(\d+)(.*)", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """Three numbers. What a version has behind them (`-rc.1`) makes it one before that release."""

    major: int
    minor: int
    patch: int
    released: bool = True

    @classmethod
    def of(cls, text: str) -> Version | None:
        """The version that `text` is; None when it is none."""
        found = _FORM.fullmatch(text)
        if found is None or max(map(len, found.groups()[:3])) > 9:
            return None
        major, minor, patch = (int(found[n]) for n in (1, 2, 3))
        return cls(major, minor, patch, released=not found[4] or found[4].startswith("+"))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    def next(self, impact: Impact | None) -> Version:
        """The lowest version that may follow with changes of `impact`, by the rules of semver.org.

        Below 1.0.0 everything steps down by one: a break raises the middle number, the rest the
        last one. What comes before a release may become that release, whatever changes."""
        if impact is None or not self.released:
            return Version(self.major, self.minor, self.patch)
        if impact is Impact.BREAKING and self.major:
            return Version(self.major + 1, 0, 0)
        if impact is Impact.BREAKING or (impact is Impact.MINOR and self.major):
            return Version(self.major, self.minor + 1, 0)
        return Version(self.major, self.minor, self.patch + 1)

    def reaches(self, other: Version) -> bool:
        """Whether it is `other`, a version before its release, or a later one."""
        return (self.major, self.minor, self.patch) >= (other.major, other.minor, other.patch)
