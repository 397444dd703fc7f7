"""The documents: where each comes from, in which version, and the hash of what it has to be."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources

NPM, PYPI = "npm", "pypi"


@dataclass(frozen=True, slots=True)
class Member:
    """One document: the file `path` of a package on a registry."""

    name: str
    about: str
    registry: str
    package: str
    version: str
    path: str
    sha256: str
    licence: str

    @property
    def source(self) -> str:
        """Where it comes from, for people."""
        return f"{self.registry} {self.package} {self.version}"


def members() -> tuple[Member, ...]:
    """All of them, in the order of the page."""
    text = resources.files(__package__).joinpath("members.json").read_text("utf-8")
    return tuple(Member(**entry) for entry in json.loads(text))
