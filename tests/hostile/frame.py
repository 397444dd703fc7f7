"""The spec with text in every place that takes any, filled with a payload."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from specpipe.pipeline import checked
from specpipe.spec.load import parse
from specpipe.spec.model import Api, Document

FRAME: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("frame.yaml").read_text())
HARMLESS = "plain words"
PATTERN = "^(1|2)*$"
HOSTILE_PATTERN = (
    r"""^(\*\/pwned|/pwned/g|`|\$\{pwned\}|'pwned|"pwned|\u2028pwned|\u202e|</script>|#\{|\\n)*$"""
)


def labels(node: Any = FRAME) -> tuple[str, ...]:
    """What the places for text are called, in the order of the file."""
    if isinstance(node, dict):
        found = [label for pair in node.items() for it in pair for label in labels(it)]
    elif isinstance(node, list):
        found = [label for it in node for label in labels(it)]
    else:
        found = [node[5:]] if isinstance(node, str) and node.startswith("TEXT ") else []
    return tuple(dict.fromkeys(found))


def mark(label: str) -> str:
    """What the text of a place has in it, whatever else there is."""
    return f"mark{label.title().replace(' ', '')}"


def filled(said: str | Callable[[str], str], pattern: str = PATTERN) -> dict[str, Any]:
    """The spec with a text in each place: the same, or what `said` gives for the place. MARK in it
    becomes the mark of the place, which otherwise comes in front."""

    def text(value: str) -> str:
        if value == "PATTERN":
            return pattern
        if not value.startswith("TEXT "):
            return value
        label = value[5:]
        made = said if isinstance(said, str) else said(label)
        return made.replace("MARK", mark(label)) if "MARK" in made else f"{mark(label)} {made}"

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            return {text(key): walk(value) for key, value in node.items()}
        if isinstance(node, list):
            return [walk(it) for it in node]
        return text(node) if isinstance(node, str) else node

    made: dict[str, Any] = walk(FRAME)
    return made


def text_of(data: dict[str, Any]) -> bytes:
    """`data` as YAML."""
    return yaml.dump(data, Dumper=_Plain, sort_keys=False, width=10_000).encode()


def read(content: bytes) -> tuple[Document, Api]:
    """The document that a file of `content` is. Raises SpecError."""
    return checked(parse(content, "spec.yaml"))


class _Plain(yaml.CSafeDumper):
    """Writes no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
