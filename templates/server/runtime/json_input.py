"""JSON from clients: read strictly, checked against the spec's own schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

import jsonschema_rs
import msgspec

from .replies import Refusal

T = TypeVar("T")
DEEPEST = 256
"""Levels of arrays and objects in a body. What is accepted has to be readable later, from any
depth of the call stack, so the limit lies well below Python's own."""
MOST = 250_000
"""Arrays and objects in a body. Each is an object of Python's: eight MiB of empty ones would take
seconds, during which nobody else is answered, and a GiB."""
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_ESCAPED_COLON = re.compile(rb"(?<!\\)(?:\\\\)*\\u003[aA]")


class Json(Generic[T]):
    """A valid JSON body: `value` is all that was sent, `model` the same as a typed object."""

    __slots__ = ("_type", "value")

    def __init__(self, value: Any, type: type[T]) -> None:
        self.value = value
        self._type = type

    @property
    def model(self) -> T:
        """The body as a model. Members that the spec does not know are not in it."""
        return msgspec.convert(self.value, self._type)


class Schemas:
    """The schemas of an OpenAPI document, compiled when first needed. Formats are asserted."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._components = document.get("components", {})
        self._compiled: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def component(self, name: str) -> jsonschema_rs.Draft202012Validator:
        """The validator of `#/components/schemas/<name>`."""
        if (validator := self._compiled.get(name)) is None:
            escaped = name.replace("~", "~0").replace("/", "~1")
            schema = {
                "$ref": f"#/components/schemas/{escaped}",
                "components": {"schemas": self._components["schemas"]},
            }
            validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
            self._compiled[name] = validator
        return validator


def parse_json(raw: bytes) -> Any:
    """The JSON value in `raw`. Raises Refusal (400) when it is none, (413) when it has too many
    arrays and objects."""
    brackets = brackets_in(raw)
    if brackets > MOST and brackets_in(_STRING.sub(b"", raw)) > MOST:
        raise Refusal(413, f"the body has more than {MOST} arrays and objects")
    try:
        value = msgspec.json.decode(raw)
    except RecursionError:
        raise too_deep() from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Refusal(400, f"the body is not valid JSON: {error}") from None
    # Few bodies have so many brackets that they could be too deep; only those are measured.
    if brackets > DEEPEST and depth(value) > DEEPEST:
        raise too_deep()
    if lost_members(raw, value):
        raise Refusal(400, f"the body is not usable JSON: {repeated(raw)} is given more than once")
    return value


def brackets_in(raw: bytes) -> int:
    """How many arrays and objects begin in a JSON text, or seem to: text may have brackets too."""
    return raw.count(b"[") + raw.count(b"{")


def lost_members(raw: bytes, value: Any) -> bool:
    """Whether `value`, read from the JSON text `raw`, lacks members that `raw` has, since another
    of their name came later.

    It is told by the colons, as each member has one of its own, and text keeps the others: where
    nothing was lost there are as many in `value` written anew. In `raw` some may be escaped.
    """
    colons = raw.count(b":")
    if b"\\u003" in raw:
        colons += len(_ESCAPED_COLON.findall(raw))
    return colons != msgspec.json.encode(value).count(b":")


def repeated(raw: bytes) -> str:
    """The first name, in quotation marks, that an object in the JSON text `raw` has twice."""
    found: list[str] = []

    def note(members: list[tuple[str, Any]]) -> None:
        names: set[str] = set()
        for name, _ in members:
            if name in names and not found:
                found.append(name)
            names.add(name)

    json.loads(raw, object_pairs_hook=note)
    return repr(found[0])


def too_deep() -> Refusal:
    """The refusal of JSON that is nested too deep."""
    return Refusal(400, f"the body is not usable JSON: it is nested deeper than {DEEPEST} levels")


def depth(value: Any) -> int:
    """How many levels of arrays and objects `value` has."""
    levels = 0
    level = [value]
    while level := [item for item in level if isinstance(item, dict | list)]:
        levels += 1
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return levels


def check(validator: jsonschema_rs.Draft202012Validator, value: Any, where: str) -> None:
    """Raise Refusal (422), naming the member at fault, when `value` is not valid."""
    if validator.is_valid(value):
        return
    try:
        validator.validate(value)  # iter_errors copies the whole value for each error there is
    except jsonschema_rs.ValidationError as error:
        text = f"{member(where, error.instance_path)}: {error.message}"
        raise Refusal(422, text) from None


def member(root: str, path: Sequence[str | int]) -> str:
    """A path into a JSON value as a person writes it: `created.value`, `lines[3].id`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or root
