"""Types and members of the Python SDK's models, as tables have them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from specpipe.render import markdown_text
from specpipe.spec.model import Document
from specpipe.targets.python_calls import Calls
from specpipe.targets.python_models import PLAIN, Field, Model
from specpipe.targets.python_source import expanded
from specpipe.targets.rows import Link, Row
from specpipe.targets.wording import limits, sentences

INLINE = re.compile(r"[A-Za-z_][A-Za-z_0-9.]*|[^A-Za-z_]+")
SEE = re.compile(r"^(.*?)(?:See (\w+)\.)?$", re.DOTALL)


class Rows:
    """What tables say of the models in `calls`; `link` gives the targets of links to them."""

    def __init__(
        self, document: Document, calls: Calls, aliases: Mapping[str, str], link: Link
    ) -> None:
        """Of the SDK that is made from `document`."""
        self._calls = calls
        self._link = link
        self.aliases = aliases
        """Names of types that are no models, and what they stand for."""
        self._schemas = document.data.get("components", {}).get("schemas", {})
        self._classes = {model.name for model in calls.models.models}
        self._enums = {enum.name for enum in calls.models.enums}

    def members(self, model: Model) -> Iterator[Row]:
        """The members of a model."""
        properties = self._schemas.get(model.name, {}).get("properties", {})
        for it in model.fields:
            text = sentences(self._description(it), limits(properties.get(it.wire, {}), shown))
            yield Row(it.name, it.wire, self.type(it.annotation), it.required, text)

    def _description(self, it: Field) -> str:
        """What a member is, with a link to its enumeration."""
        match = SEE.match(it.description)
        if match is None or match[2] not in self._enums:
            return markdown_text(it.description)
        return sentences(markdown_text(match[1]), f"See {self._link_to(match[2])}.")

    def type(self, annotation: str) -> str:
        """An annotation as Markdown: models lead to where they are described."""
        words = expanded(annotation, {**self.aliases, **PLAIN}).replace("models.", "")
        return "".join(
            self._link_to(word)
            if word in self._classes
            else markdown_text(word)
            if word.strip() == word
            else word.replace("|", "\\|")
            for word in INLINE.findall(words)
        )

    def _link_to(self, name: str) -> str:
        return f"[{name}]({self._link(name)})"


def shown(value: Any) -> str:
    """A value of the spec as Markdown."""
    if isinstance(value, bool):
        return f"`{value}`"
    return markdown_text(str(value))
