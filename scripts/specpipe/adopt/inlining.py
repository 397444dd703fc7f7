"""References that the house does not have: what they name is put in their place."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from specpipe.adopt.draft import SCHEMAS, Draft
from specpipe.diagnostics import SpecError
from specpipe.spec.load import MAX_NODES
from specpipe.spec.nodes import find, root

_DATA = frozenset({"example", "examples", "default", "const", "enum", "mapping"})
_NAMED = frozenset({"properties", "patternProperties"})


class Inliner:
    """Puts a copy in the place of every reference but those to component schemas."""

    def __init__(self, draft: Draft) -> None:
        """Of the document that `draft` comes from."""
        self._draft = draft
        self._nodes = 0

    def run(self) -> None:
        """Do it in all paths and schemas. Raises SpecError when copies become too many."""
        data = self._draft.data
        for path, item in list(data["paths"].items()):
            data["paths"][path] = self._copy(item, f"/paths/{path}", ())
        for name, schema in list(self._draft.schemas.items()):
            self._draft.schemas[name] = self._copy(schema, f"/components/schemas/{name}", ())
        data["components"] = {
            key: value
            for key, value in data["components"].items()
            if key in ("schemas", "securitySchemes")
        }

    def _copy(self, node: Any, place: str, within: tuple[str, ...], names: bool = False) -> Any:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            fault = root(self._draft.source).fault(
                f"more than {MAX_NODES} values when references are written out", "split the API"
            )
            raise SpecError([fault])
        if isinstance(node, list):
            return [self._copy(item, place, within) for item in node]
        if not isinstance(node, dict):
            return node
        target = node.get("$ref")
        if isinstance(target, str) and not names:
            return self._reference(node, target, place, within)
        return {
            key: deepcopy(value)
            if key in _DATA and not names
            else self._copy(value, place, within, key in _NAMED and not names)
            for key, value in node.items()
        }

    def _reference(
        self, node: dict[str, Any], target: str, place: str, within: tuple[str, ...]
    ) -> Any:
        """What `target` names, when it is no component schema. References that go round in circles
        or out of the document stay: the rules name them."""
        is_schema = target.startswith(SCHEMAS) and "/" not in target[len(SCHEMAS) :]
        if is_schema or target in within or not target.startswith("#/"):
            return dict(node)
        found = find(self._draft.source, target[1:]).value
        if found is None:
            return dict(node)
        return self._copy(found, place, (*within, target))
