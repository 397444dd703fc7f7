"""JSON values along their schemas: where in a value which schema holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A value inside of another: `schema` is resolved, and empty where the spec says nothing."""

    path: Path
    value: Any
    schema: Mapping[str, Any]
    required: bool
    """Whether it has to be there: false of members that are not listed as required."""

    @property
    def text(self) -> str:
        """Where it is, for people."""
        return shown(self.path)


def shown(path: Sequence[str | int]) -> str:
    """A path for people: `a.b[0]`; empty for the whole."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


class Shapes:
    """The component schemas of a spec."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self.schemas = schemas

    def resolved(self, schema: Any) -> Mapping[str, Any]:
        """A schema behind its references; empty for one that allows anything."""
        while isinstance(schema, Mapping) and "$ref" in schema:
            schema = self.schemas[str(schema["$ref"]).rpartition("/")[2]]
        return schema if isinstance(schema, Mapping) else {}

    def places(
        self, value: Any, schema: Any, path: Path = (), required: bool = True
    ) -> Iterator[Place]:
        """All places in `value`, which is of `schema`; the whole is the first."""
        schema = self.resolved(schema)
        yield Place(path, value, schema, required)
        if isinstance(value, Mapping):
            needed = schema.get("required", ())
            for name, item in value.items():
                yield from self.places(item, inner(schema, name), (*path, name), name in needed)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                yield from self.places(item, schema.get("items", {}), (*path, index))


def inner(schema: Mapping[str, Any], name: str) -> Any:
    """The schema of a member of an object."""
    own: Mapping[str, Any] = schema.get("properties", {})
    return own.get(name, schema.get("additionalProperties", {}))


def is_open(schema: Mapping[str, Any]) -> bool:
    """Whether an object of this schema may have members that the schema does not name, of any
    kind."""
    return schema.get("additionalProperties", True) in (True, {})


def put(value: Any, path: Path, new: Any) -> Any:
    """`value` with `new` at `path`."""
    if not path:
        return new
    step, *rest = path
    changed: Any = list(value) if isinstance(value, list) else dict(value)
    changed[step] = put(value[step], tuple(rest), new) if rest else new
    return changed


def without(value: Any, path: Path) -> Any:
    """`value` without the member at `path`."""
    *rest, name = path
    outer = value
    for step in rest:
        outer = outer[step]
    return put(value, tuple(rest), {key: item for key, item in outer.items() if key != name})
