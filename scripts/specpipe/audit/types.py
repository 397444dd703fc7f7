"""Whether a type as a page writes it, in Python or in TypeScript, is what a schema says."""

from __future__ import annotations

import re
from collections.abc import Mapping

from specpipe.spec.nodes import Node

_DATES = ("date-time", "date", "binary")
_STRING = ("string", None)
_PRIMITIVES: Mapping[str, tuple[tuple[str, str | None], ...]] = {
    **dict.fromkeys(("str", "string"), (_STRING,)),
    **dict.fromkeys(("int", "integer"), (("integer", None),)),
    "float": (("number", None),),
    "number": (("number", None), ("integer", None)),
    **dict.fromkeys(("bool", "boolean"), (("boolean", None),)),
    "datetime": (("string", "date-time"),),
    "date": (("string", "date"),),
    "Date": (("string", "date-time"), ("string", "date")),
    "Date | string": (("string", "date-time"),),
    **dict.fromkeys(("bytearray", "bytes", "Blob", "HttpFile", "File"), (("string", "binary"),)),
    "UUID": (_STRING,),
    **dict.fromkeys(("object", "any"), (("object", None), ("", None))),
}
"""A documented name to the types it stands for, with the format where that decides."""
_LIST = re.compile(r"(?:List|list|Set|set|Array|ReadonlyArray)[\[<](.*)[\]>]|(.*)\[\]")
_MAP = re.compile(r"(?:Dict|dict)\[str, (.*)\]|\{ ?\[key: string\]: (.*?);? ?\}")
_LITERALS = re.compile(r"(?:'[^']*'|\"[^\"]*\")(?: \| (?:'[^']*'|\"[^\"]*\"))*")
_MODEL = re.compile(r"[A-Z]\w*")


def is_model(text: str) -> bool:
    """Whether a documented type is no plain value: such a parameter may be the body."""
    return text not in _PRIMITIVES and not _LITERALS.fullmatch(text)


def is_enum(text: str) -> bool:
    """Whether a documented type lists its values."""
    return _LITERALS.fullmatch(text) is not None


def models(text: str) -> tuple[str, ...]:
    """The models that a documented type names."""
    names = re.findall(r"'[^']*'|\w+", text)
    known = {"List", "Dict", "Set", "Array", "ReadonlyArray"}
    return tuple(n for n in names if _MODEL.fullmatch(n) and n not in {*known, *_PRIMITIVES})


def agrees(text: str, schema: Node) -> bool | None:
    """Whether `schema` (a reference unfollowed) is of the type `text`; None when nobody here can
    tell."""
    if text in _PRIMITIVES:
        return _of_schema(schema.follow()) in _PRIMITIVES[text]
    if _LITERALS.fullmatch(text):
        return same_members(re.findall(r"['\"]([^'\"]*)['\"]", text), schema)
    if found := _LIST.fullmatch(text):
        is_list = _kind(schema.follow()) == "array"
        return is_list and agrees(found[1] or found[2], schema.follow().raw("items"))
    if found := _MAP.fullmatch(text):
        values = schema.follow().raw("additionalProperties")
        is_map = _kind(schema.follow()) == "object" and bool(values.map)
        return is_map and agrees(found[1] or found[2], values)
    return schema.component == text if _MODEL.fullmatch(text) else None


def same_members(names: list[str], schema: Node) -> bool:
    """Whether an enum has exactly these members."""
    return sorted(schema.follow().raw("enum").strings) == sorted(names)


def shown(schema: Node) -> str:
    """The type of a schema in words."""
    if schema.component:
        return schema.component
    node = schema.follow()
    kind = _kind(node) or "any value"
    if kind == "array":
        return f"array of {shown(node.raw('items'))}"
    form = node.raw("format").text
    return f"{kind} ({form})" if form else kind


def _kind(node: Node) -> str:
    kinds = [kind for kind in node.raw("type").strings if kind != "null"]
    return kinds[0] if len(kinds) == 1 else node.raw("type").text


def _of_schema(node: Node) -> tuple[str, str | None]:
    kind, form = _kind(node), node.raw("format").text
    return kind, form if kind == "string" and form in _DATES else None
