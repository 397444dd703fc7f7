"""A beginning for what the spec lacks: path items and models, with a mark where pages are silent.

It is made to be merged by hand: the house rules refuse every mark that is left in a spec.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from specpipe.audit import types
from specpipe.audit.answers import find, folded
from specpipe.audit.facts import Documented, Page
from specpipe.audit.listing import expected
from specpipe.spec.documented_rules import MARK
from specpipe.spec.model import Document
from specpipe.spec.nodes import examples, operations, root
from specpipe.spec.validate import TEMPLATE

_JSON, _TEXT = "application/json", "text/plain"
_HEAD = """\
# A draft of what documentation pages have and the spec does not. Merge it into the spec and work
# off every mark: what the pages do not say has to be decided (x-decided, DECISIONS.md).
"""
_TEXT_SCHEMA = {"type": "string"}
_INTEGER = {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}
_MOMENT = {"type": "string", "format": "date-time"}
_SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "str": _TEXT_SCHEMA,
    "string": _TEXT_SCHEMA,
    "UUID": _TEXT_SCHEMA,
    "int": _INTEGER,
    "integer": _INTEGER,
    "float": {"type": "number"},
    "number": {"type": "number"},
    "bool": {"type": "boolean"},
    "boolean": {"type": "boolean"},
    "datetime": _MOMENT,
    "Date": _MOMENT,
    "date": {"type": "string", "format": "date"},
    "object": {"type": "object"},
    "any": {"type": "object"},
}


@dataclass(frozen=True, slots=True)
class Draft:
    """The draft as YAML, and how much is in it."""

    text: str
    operations: int
    models: int
    todos: int


Found = Sequence[tuple[Page, Documented]]
"""The pages that have one operation."""


def draft(document: Document, pages: Collection[Page]) -> Draft:
    """Path items, models and security schemes for what `document` lacks. The same pages give the
    same text."""
    missing: dict[tuple[str, str], list[tuple[Page, Documented]]] = {}
    for page in pages:
        for documented in page.operations:
            if documented.path and find(document, documented) is None:
                key = (documented.path, documented.method.lower())
                missing.setdefault(key, []).append((page, documented))
    paths: dict[str, dict[str, Any]] = {}
    for path, method in sorted(missing):
        paths.setdefault(path, {})[method] = _Operation(document, missing[path, method]).item()
    known = root(document).get("components")
    named = sorted({name for found in missing.values() for name in _models(found)})
    schemas = {name: _model(name) for name in named if name not in known.raw("schemas").map}
    schemes = {
        name: _scheme()
        for name in sorted({n for found in missing.values() for n in _auth(found) or ()})
        if name not in known.raw("securitySchemes").map
    }
    components = {"securitySchemes": schemes, "schemas": schemas}
    data = {"paths": paths, "components": {key: part for key, part in components.items() if part}}
    if not data["components"]:
        del data["components"]
    text = _HEAD + yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return Draft(text, len(missing), len(schemas), text.count(MARK))


class _Dumper(yaml.SafeDumper):
    """Writes equal values out instead of sharing them: the loader refuses anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _todo(text: str) -> str:
    return f"{MARK}: {text}"


def _model(name: str) -> dict[str, Any]:
    return {"type": "object", "description": _todo(f"what {name} is, and its members")}


def _scheme() -> dict[str, Any]:
    text = _todo("correct the name of the header")
    return {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": text}


def _models(found: Found) -> Iterator[str]:
    """The models that pages name for an operation."""
    for page, documented in found:
        for fact in page.of(documented.name):
            if fact.words[0] == "returns" or fact.words[-1] == "type":
                yield from types.models(str(fact.value))


def _auth(found: Found) -> tuple[str, ...] | None:
    """The schemes of the page that asks for most; None when no page says anything."""
    facts = [page.fact(documented.name, "authorization") for page, documented in found]
    values = [fact.value for fact in facts if fact and isinstance(fact.value, tuple)]
    return max(values, key=len, default=None)


@dataclass(frozen=True, slots=True)
class _Operation:
    """One operation that the spec lacks."""

    document: Document
    found: Found

    def item(self) -> dict[str, Any]:
        """The operation object."""
        item: dict[str, Any] = {
            "operationId": self._name([documented.name for _, documented in self.found]),
            "tags": [str(self._page_value("tag") or _todo("the tag"))],
            "summary": _todo("a few words"),
            "description": _todo(f"in your own words: {self._prose()}"),
            "x-documented": [dict(expected(page, d)) for page, d in self.found],
        }
        if any(page.fact(d.name, "deprecated") for page, d in self.found):
            item["deprecated"] = True
        auth = _auth(self.found)
        if auth is not None:
            item["security"] = [{name: []} for name in auth]
        body = None
        parameters = []
        for name in self._parameters():
            if self._is_body(name):
                body = name
            else:
                parameters.append(self._parameter(name))
        if parameters:
            item["parameters"] = parameters
        if body is not None:
            item["requestBody"] = self._body(body)
        item["responses"] = dict(self._responses())
        return item

    @staticmethod
    def _name(names: list[str]) -> str:
        """Of several spellings the one with separators: the wire has them more often."""
        return next((name for name in names if "_" in name), names[0])

    def _value(self, about: str) -> Any:
        """What the first page that says something says."""
        facts = (page.fact(documented.name, about) for page, documented in self.found)
        return next((fact.value for fact in facts if fact is not None), None)

    def _page_value(self, about: str) -> Any:
        facts = (page.fact("", about) for page, _ in self.found)
        return next((fact.value for fact in facts if fact is not None), None)

    def _prose(self) -> str:
        """Where the sentences about the operation are."""
        places = []
        for page, documented in self.found:
            lines = [f.line for f in page.of(documented.name) if f.words[0] == "sentence"]
            places += [f"{page.name}:{line}" for line in lines] or [page.name]
        return ", ".join(dict.fromkeys(places))

    def _parameters(self) -> list[str]:
        """The parameters of all pages, one name for those that are the same."""
        spellings: dict[str, list[str]] = {}
        for page, documented in self.found:
            for name in page.parameters(documented.name):
                spellings.setdefault(folded(name), []).append(name)
        return [self._name(names) for names in spellings.values()]

    def _aspect(self, name: str, aspect: str) -> Any:
        for page, documented in self.found:
            for spelling in page.parameters(documented.name):
                fact = page.fact(documented.name, f"parameter {spelling} {aspect}")
                if folded(spelling) == folded(name) and fact is not None:
                    return fact.value
        return None

    def _in_path(self, name: str) -> str | None:
        """The name in the path of a parameter that stands there."""
        steps = TEMPLATE.findall(self.found[0][1].path)
        return next((step for step in steps if folded(step) == folded(name)), None)

    def _is_body(self, name: str) -> bool:
        kind = str(self._aspect(name, "type") or "")
        sends = bool(self._value("content-type"))
        return sends and types.is_model(kind) and self._in_path(name) is None

    def _schema(self, text: str) -> dict[str, Any]:
        if text in _SCHEMAS:
            return dict(_SCHEMAS[text])
        names = types.models(text)
        if text in names:
            return {"$ref": f"#/components/schemas/{text}"}
        if names:
            return {"type": "array", "items": {"$ref": f"#/components/schemas/{names[0]}"}}
        kind = "string" if types.is_enum(text) else "object"
        return {"type": kind, "description": _todo(f"what the pages call {text}")}

    def _parameter(self, name: str) -> dict[str, Any]:
        in_path = self._in_path(name)
        schema = self._schema(str(self._aspect(name, "type") or "string"))
        enum, default = self._aspect(name, "enum"), self._aspect(name, "default")
        if enum:
            schema["enum"] = list(enum)
        if default is not None:
            schema["default"] = default
        what = (
            "what it is" if in_path else "what it is; mend its name on the wire, its place, bounds"
        )
        return {
            "name": in_path or name,
            "in": "path" if in_path else "query",
            "description": _todo(what),
            "required": bool(in_path) or self._aspect(name, "required") is True,
            "schema": schema,
        }

    def _body(self, name: str) -> dict[str, Any]:
        schema = self._schema(str(self._aspect(name, "type")))
        media_types = self._value("content-type") or (_JSON,)
        return {
            "description": _todo("what is sent"),
            "required": self._aspect(name, "required") is True,
            "content": {kind: self._media(schema) for kind in media_types},
        }

    def _media(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {"schema": schema, "example": self._example(schema)}

    def _example(self, schema: dict[str, Any]) -> Any:
        """An example that the spec has for the same schema, or an object with a mark."""
        for operation in operations(self.document):
            holders = [operation.node.get("requestBody"), *(r for _, r in operation.responses)]
            for holder in holders:
                for _, media in holder.raw("content").members():
                    if media.raw("schema").value == schema:
                        for example in examples(media):
                            return example.value
        return [] if schema.get("type") == "array" else {MARK: "an example"}

    def _responses(self) -> Iterator[tuple[str, dict[str, Any]]]:
        accept = self._value("accept") or ()
        returns = str(self._value("returns") or "void")
        statuses: dict[str, None] = {}
        for page, documented in self.found:
            statuses |= dict.fromkeys(page.statuses(documented.name))
        for status in sorted(statuses):
            text = self._value(f"status {status} description")
            response: dict[str, Any] = {"description": text or _todo("what it means")}
            headers = self._value(f"status {status} headers")
            if headers:
                response["headers"] = {name: {"schema": {"type": "string"}} for name in headers}
            content = self._content(status, returns, accept)
            if content:
                response["content"] = content
            yield status, response

    def _content(self, status: str, returns: str, accept: tuple[str, ...]) -> dict[str, Any]:
        """Pages have one list of media types for all answers: JSON goes with the model, text with
        what is left."""
        if status.startswith("2"):
            kinds = [kind for kind in accept if "json" in kind] or list(accept)
            if returns == "void" or not kinds:
                return {}
            return {kinds[0]: self._media(self._schema(returns))}
        if _TEXT not in accept:
            return {}
        return {_TEXT: {"schema": {"type": "string"}, "example": _todo("what the server says")}}
