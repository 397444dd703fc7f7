"""Requests that a server has to refuse, out of ones that it has to accept: each is wrong in one
way, which it says."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import jsonschema_rs

from specpipe.conformance.samples import given, resolved, sample, written
from specpipe.conformance.shapes import Path, put, without
from specpipe.spec.model import Operation, Parameter

Schema = Mapping[str, Any]
Fault = tuple[Path, str, Any]
"""Where something is wrong, by which keyword, and what is there."""
DEEPEST = 3
"""Levels of members that are filled in."""
TEXTS: Mapping[str, Sequence[str]] = {
    "boolean": ("1", "TRUE", "yes", ""),
    "integer": ("x", "", "1.5", "+1", "1_0", "0x1"),
    "number": ("x", "", "1,5", "NaN", "1_0"),
    "date-time": (
        "",
        "2024-05-06",
        "2024-05-06T07:08:09",
        "2024-05-06 07:08:09Z",
        "2024-05-32T07:08:09Z",
        "1714979289",
    ),
    "string": ("", "\x00", "no such thing", "x" * 5000),
}
"""Of parameters. Those that a schema lets in are left out."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent for an operation; `what` is wrong with it. A body of bytes is sent as it is."""

    what: str = ""
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    unknown: bool = False
    """Whether the path may be taken for one that does not exist."""


def plain(operation: Operation, schemas: Mapping[str, Any]) -> Request:
    """A request for it that is right, out of the examples where there are some."""
    body = operation.body
    value = None
    if body is not None:
        schema = {"$ref": f"#/components/schemas/{body.schema}"}
        value = sample(schema, schemas) if body.example is None else copy.deepcopy(body.example)
    path = {p.wire: written(given(p)) for p in operation.parameters_in("path")}
    query = {p.wire: written(given(p)) for p in operation.parameters_in("query") if p.required}
    return Request(path=path, query=query, body=value)


def malformed(right: Request) -> Iterator[Request]:
    """Bodies that are not JSON."""
    text = json.dumps(right.body, ensure_ascii=False)
    members = text[1:-1].strip() and "," + text[1:-1]
    broken = {
        "a body that breaks off": text[:-1],
        "more after the JSON": text + "}",
        "two JSON values": text + text,
        "a comma too many": text[:-1] + ',"x_a":[1,],"x_b":0}',
        "NaN in the JSON": '{"x_number":NaN' + members + "}",
        "an infinite number in the JSON": '{"x_number":-Infinity' + members + "}",
        "a member given twice": '{"x_twice":1,"x_twice":2' + members + "}",
        "a member given twice, deep inside": '{"x_in":[{"x_a":{},"x_a":{}}]' + members + "}",
        "names without quotation marks": "{x_name:1" + members + "}",
        "text that is no JSON": "hello",
        "a line end in a text": '{"x_text":"a\nb"' + members + "}",
    }
    for what, body in broken.items():
        yield replace(right, what=what, body=body.encode())
    invalid = b'{"x_text":"\xc3\x28"' + members.encode() + b"}"
    yield replace(right, what="bytes that are no UTF-8", body=invalid)
    yield replace(right, what="UTF-16", body=text.encode("utf-16"))


def mistyped(right: Request) -> Iterator[Request]:
    """Bodies that are announced as something else than JSON."""
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp"):
        yield replace(
            right, what=f"Content-Type {media_type}", headers={"content-type": media_type}
        )
    coding = {"content-encoding": "gzip"}
    yield replace(right, what="a body that is not compressed and says so", headers=coding)


def misspelt(right: Request, parameter: Parameter) -> Iterator[Request]:
    """Values that a parameter cannot have."""
    schema = {k: v for k, v in parameter.schema.items() if not k.startswith("x-")}
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    numbers = [schema["minimum"] - 1] if "minimum" in schema else []
    numbers += [schema["maximum"] + 1] if "maximum" in schema else []
    for text in (*TEXTS.get(parameter.type, ()), *map(str, numbers)):
        if text and not text.isprintable() and parameter.place == "path":
            continue
        if (text or parameter.place == "query") and not fits(parameter, validator, text):
            what = f"{parameter.wire}={text[:40]!r}"
            place = {**getattr(right, parameter.place), parameter.wire: text}
            yield replace(
                right, what=what, unknown=parameter.place == "path", **{parameter.place: place}
            )


def fits(parameter: Parameter, validator: jsonschema_rs.Draft202012Validator, text: str) -> bool:
    """Whether a text is a value of the parameter."""
    value: Any = text
    if parameter.type in ("integer", "number", "boolean"):
        try:
            value = json.loads(text, parse_constant=str)
        except ValueError:
            return False
    return validator.is_valid(value)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a body has to be; `schemas` are the components."""

    schema: Schema
    schemas: Mapping[str, Any]
    validator: jsonschema_rs.Draft202012Validator


def invalid(right: Request, shape: Shape, random: random.Random, count: int) -> Iterator[Request]:
    """About `count` bodies that are JSON and do not fit: for each keyword of a schema one, at the
    top and deep inside, and then more of them."""
    full = filled(shape.schema, shape.schemas)
    full = {**full, **right.body} if isinstance(right.body, dict) else full
    body = full if shape.validator.is_valid(full) else right.body
    tries = list(faulty(body, shape.schema, shape.schemas))
    random.shuffle(tries)
    seen: set[tuple[str, str, bool]] = set()
    first: list[Fault] = []
    more: list[Fault] = []
    for place, keyword, probe in tries:
        kind = keyword, type(probe).__name__, len(place) > 1
        (more if kind in seen else first).append((place, keyword, probe))
        seen.add(kind)
    for place, _, probe in (first + more)[: max(count, len(first))]:
        value = without(body, place) if probe is GONE else put(body, place, probe)
        if not shape.validator.is_valid(value):
            shown = "missing" if probe is GONE else json.dumps(probe)[:40]
            where = ".".join(map(str, place)) or "a body"
            sent = b"null" if value is None else value
            yield replace(right, what=f"{where} {shown}", body=sent)


GONE = object()
"""Stands for no value at all."""
KINDS: Sequence[Any] = (None, True, 0, 0.5, "x", [], {})
"""A value of each type, and one that is nearly an integer."""
BESIDE: Mapping[str, Callable[[Any], Sequence[Any]]] = {
    "maximum": lambda bound: (bound + 1,),
    "minimum": lambda bound: (bound - 1,),
    "exclusiveMaximum": lambda bound: (bound,),
    "exclusiveMinimum": lambda bound: (bound,),
    "multipleOf": lambda step: (step / 2,),
    "maxLength": lambda bound: ("x" * min(bound + 1, 100_000),),
    "minLength": lambda bound: ("x" * (bound - 1),),
    "pattern": lambda _: (" x\n", "", "\x00"),
    "format": lambda _: (
        "x",
        "2024-05-06 07:08:09Z",
        "2024-05-06T07:08:09",
        "2024-05-32T00:00:00Z",
    ),
    "enum": lambda _: ("no such thing", ""),
    "minItems": lambda _: ([],),
    "type": lambda _: KINDS,
}
"""Values that a keyword keeps out, or nearly."""


def faulty(value: Any, schema: Schema, schemas: Schema, place: Path = ()) -> Iterator[Fault]:
    """What may be put into `value`, where, and which keyword keeps it out."""
    schema = resolved(schema, schemas)
    for keyword, values in BESIDE.items():
        if keyword in schema:
            for probe in values(schema[keyword]):
                yield place, keyword, probe
    if isinstance(value, dict):
        for name in schema.get("required", ()):
            yield (*place, name), "required", GONE
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                yield from faulty(value[name], inner, schemas, (*place, name))
    if isinstance(value, list) and value:
        yield from faulty(value[0], schema.get("items", {}), schemas, (*place, 0))


def filled(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int = 0) -> Any:
    """A value for `schema` with all of its members, as deep as DEEPEST."""
    schema = resolved(schema, schemas)
    if schema.get("type") != "object" or depth > DEEPEST:
        return sample(schema, schemas)
    properties = schema.get("properties", {})
    return {name: filled(inner, schemas, depth + 1) for name, inner in properties.items()}
