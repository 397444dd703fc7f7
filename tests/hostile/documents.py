"""Documents that are odd as a whole: YAML, versions, numbers, patterns, collisions, sizes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .cases import (
    LIST,
    THING,
    Data,
    Refused,
    at,
    edited,
    member,
    operation,
    parameter,
    put,
    raw,
)

OPENAPI = "openapi: 3.1.0\ninfo: {title: a, version: 1.0.0}\npaths: {}\n"


def of_yaml() -> Iterator[Refused]:
    """What YAML can do that JSON cannot, and what is no YAML."""
    bomb = "a: &a [x, x, x]\n" + "".join(
        f"{after}: &{after} [{f'*{name}, ' * 9}]\n"
        for name, after in zip("abcdefgh", "bcdefghi", strict=True)
    )
    rows: list[tuple[str, str | bytes, str]] = [
        ("alias bomb", bomb, "anchor &a is refused"),
        ("alias of nothing", "a: *b\n", "alias *b is refused"),
        ("anchor that holds itself", "a: &a [*a]\n", "anchor &a is refused"),
        ("merge key", f"{OPENAPI}x-a: {{<<: {{}}}}\n", "merge key << is refused"),
        ("!!python/object", "a: !!python/object/apply:os.system ['pwned']\n", "is refused"),
        ("!!python/name", "a: !!python/name:os.system\n", "tag !!python/name:os.system is refused"),
        ("!!binary", "a: !!binary cHduZWQ=\n", "tag !!binary is refused"),
        ("!!set", "a: !!set {a, b}\n", "tag !!set is refused"),
        ("tag of one's own", "%TAG ! tag:x,1:\n---\na: !pwned x\n", "is refused"),
        ("!include", "a: !include /etc/passwd\n", "tag !include is refused"),
        ("two documents", f"{OPENAPI}---\n{OPENAPI}", "a second document starts here"),
        ("a key twice", f"{OPENAPI}info: {{}}\n", "key 'info' is here again"),
        ("a key twice, spelled otherwise", 'a: 1\n"\\x61": 2\n', "key 'a' is here again"),
        ("a list as a key", "? [a]\n: b\n", "a list or mapping as a key"),
        ("a number as a key", f"{OPENAPI}x-a: {{1: b}}\n", "key 1 is not a string"),
        ("UTF-16", OPENAPI.encode("utf-16"), "this byte is not UTF-8"),
        ("UTF-32", OPENAPI.encode("utf-32"), "this byte is not UTF-8"),
        ("invalid UTF-8", b"a: \xc3\x28\n", "this byte is not UTF-8"),
        ("overlong UTF-8", b"a: \xc0\xaf\n", "this byte is not UTF-8"),
        ("half a pair of surrogates", b"a: \xed\xa0\x80\n", "this byte is not UTF-8"),
        ("NUL", b"a: \x00\n", "control character U+0000"),
        ("escape sequence of a terminal", b"a: \x1b]0;pwned\x07\n", "control character U+001B"),
        ("byte order mark inside", "a: b\n\ufeffc: d\n", "not valid YAML"),
        ("10,000 lists in one another", "a: " + "[" * 10_000, "nested deeper than 64 levels"),
        ("10,000 mappings in one another", "{a: " * 10_000, "nested deeper than 64 levels"),
        ("no end of a text", 'a: "' + "x" * 100_000, "not valid YAML"),
        ("a key of 100,000 characters", "a" * 100_000 + ": b\n", "not valid YAML"),
        ("a key of 600 characters", "a" * 600 + ": b\n", "a key longer than 512 characters"),
        ("a tab as indentation", "a:\n\tb: c\n", "not valid YAML"),
        ("brackets that nobody opened", "a: ]}", "not valid YAML"),
        ("HTML", "<html><body>404</body></html>\n", "this is not a mapping"),
        ("nothing", b"", "the file is empty"),
        ("comments alone", "# nothing\n", "the file is empty"),
        ("a list", "- a\n", "this is not a mapping"),
        ("a number", "5\n", "this is not a mapping"),
        ("null", "null\n", "this is not a mapping"),
        ("an integer of 500 digits", f"a: {'9' * 500}\n", "a number of 500 digits"),
        ("1e400", "a: 1e400\n", "1e400 is too large for a number"),
        (".nan", "a: .nan\n", ".nan is not a number that JSON can hold"),
        ("-.inf", "a: -.inf\n", "-.inf is not a number that JSON can hold"),
        ("octal", "a: 0o17\n", "YAML readers disagree"),
    ]
    yield from (raw("YAML", *row) for row in rows)


def of_versions() -> Iterator[Refused]:
    """Other versions, and parts of OpenAPI that are not generated."""
    for text in ("3.0.3", "3.2.0", "2.0", "4.0.0", "3.1", "3.1.0'\npwned: '"):
        says = f"OpenAPI {text.partition(chr(10))[0]}" if "pwned" not in text else "OpenAPI 3.1.0'"
        yield edited("version", f"openapi: {text!r}", put(text, "openapi"), says)
    yield edited("version", "a number", put(3.1, "openapi"), "OpenAPI 3.1")
    yield edited("version", "swagger: 2.0", put("2.0", "swagger"), "Swagger 2.0")
    yield edited("version", "none", lambda data: data.pop("openapi"), "'openapi' is missing")
    hook = {"post": {"responses": {"200": {"description": "x"}}}}
    rows: list[tuple[str, Any, str]] = [
        ("no operation", put({}, "paths"), "no operation"),
        ("no paths", lambda data: data.pop("paths"), "no operation"),
        ("webhooks", put({"new": hook}, "webhooks"), "webhooks"),
        ("callbacks", put({"new": {"{$url}": hook}}, *LIST, "callbacks"), "callbacks"),
        ("trace", put(hook["post"], "paths", "/things", "trace"), "trace of one path"),
        (
            "variables of a server",
            put({"a": {"default": "b"}}, "servers", 0, "variables"),
            "variables of",
        ),
        ("several keys", put([{"key": [], "other": []}], "security"), "security scheme 'other'"),
        ("header parameter", parameter(**{"in": "header"}), "header parameter"),
        ("cookie parameter", parameter(**{"in": "cookie"}), "cookie parameter"),
        ("the same path twice", operation("/things/{id}"), "this path equals the one at"),
    ]
    yield from (edited("part", *row) for row in rows)


def of_schemas() -> Iterator[Refused]:
    """Schemas that generators cannot take, or would take wrongly."""
    ref = {"$ref": "#/components/schemas/Thing"}
    knot = {"allOf": [ref, {"oneOf": [ref, {"anyOf": [{"not": ref}]}]}]}
    rows: list[tuple[str, Any, str]] = [
        ("knot of allOf, oneOf, anyOf, not", member(knot), "allOf"),
        ("discriminator", member({"discriminator": {"propertyName": "a"}}), "discriminator"),
        ("list of itself", put_schema({"type": "array", "items": itself()}), "nothing but itself"),
        (
            "map of itself",
            put_schema({"type": "object", "additionalProperties": itself()}),
            "nothing but itself",
        ),
        ("$dynamicRef", member({"$dynamicRef": "#x"}), "$dynamicRef"),
        ("$id", member({"type": "string", "$id": "file:///etc/passwd"}), "$id"),
        ("$schema", member({"type": "string", "$schema": "http://127.0.0.1:9/x"}), "$schema"),
        ("x-python-import", member({"type": "string", "x-python-import": {"module": "os"}}), "x-"),
        ("x-python-type", member({"type": "string", "x-python-type": "os.system"}), "x-python-"),
        ("default in a body", member({"type": "string", "default": "__import__('os')"}), "default"),
        ("const", member({"const": "a"}), "const"),
        ("nullable", member({"type": "string", "nullable": True}), "nullable"),
        ("no type", member({}), "schema without a type"),
        ("true", member(True), "schema true"),
        ("two types", member({"type": ["string", "null"]}), "a list of types"),
        ("a type that is none", member({"type": "file"}), "is not one of JSON's types"),
        ("enum of numbers", member({"type": "string", "enum": [1]}), "that is no string"),
        ("enum of nothing", member({"type": "string", "enum": []}), "enum without members"),
        ("members but for case", both("fileName", "filename"), "becomes the same name"),
        ("members but for separators", both("file-name", "file_name"), "becomes the same name"),
        ("a member that models have", member({"type": "string"}, "additional_properties"), "have"),
        ("schemas but for case", put({"type": "string"}, *THING[:2], "THING"), "the same name"),
        ("schema named like a type", put({"type": "object"}, *THING[:2], "Date"), "is taken by"),
        ("enum members but for case", member({"type": "string", "enum": ["a", "A"]}), "same name"),
        ("operationId twice", operation("/x", operationId="things_list"), "is already used"),
        ("operationId but for case", operation("/x", operationId="ThingsList"), "the same name"),
        ("tags but for case", operation("/x", tags=["things"]), "becomes the same name"),
        ("tag like an awaited one", operation("/x", tags=["Async things"]), "awaited"),
        ("a parameter twice", parameter(name="LIMIT"), "becomes the same name"),
        ("integer of no size", member({"type": "integer"}), "integer without minimum"),
        ("bound of 70 bits", member(integer(maximum=2**70)), "bound 1180591620717411303424"),
        ("bound of 400 digits", member({"type": "number", "minimum": 10**399}), "bound 1000"),
        ("texts of 10^9 characters", member({"type": "string", "minLength": 10**9}), "minLength"),
        ("lists of 10^9", member({**listed(), "minItems": 10**9}), "minItems 1000000000"),
        ("maxLength of 300 digits", member({"type": "string", "maxLength": 10**299}), "maxLength"),
        ("multiple of 0", member(integer(multipleOf=0)), "multipleOf"),
        ("default that is a date", parameter(schema=integer(default="2024-01-02")), "the default"),
        ("an example of another kind", parameter(example=5), "the example"),
    ]
    yield from (edited("schema", *row) for row in rows)


def of_patterns() -> Iterator[Refused]:
    """Patterns that could keep an engine busy, or that engines read differently."""
    endless, square = "may take time without end", "takes time that grows"
    rows = {
        "^(a+)+$": endless, "^(a|a)*$": endless, "^(a|aa)+$": endless, "(x+x+)+y": endless,
        "^(([a-z])+.)+[A-Z]([a-z])+$": endless, "^(a?){50}a{50}$": endless,
        "^(a{0,50}){0,50}$": endless, r"(a*)*\1$": endless, "^(?=(a+)+$)b": endless,
        r"^\s*(\s*,\s*)*$": endless, r"\s+$": square, r".*\S.*": square, "^a*a*a*$": square,
        "(": 'is not a "regex"', "[z-a]": 'is not a "regex"', "(?P<a>x)(?P=a)": 'is not a "regex"',
        r"\p{L}": "is not one that Python knows", "a{99999999999}": "is not one that Python knows", "a" * 1_001: "use at most",
    }  # fmt: skip
    for pattern, says in rows.items():
        schema = {"type": "string", "pattern": pattern}
        yield edited("pattern", f"`{pattern[:40]}`", member(schema), says)
    yield edited(
        "pattern", "of a parameter", parameter(schema={**schema, "pattern": "(a+)+$"}), endless
    )


def put_schema(schema: Any) -> Any:
    """Add a component schema that is called `Itself`."""
    return put(schema, "components", "schemas", "Itself")


def itself() -> Data:
    """A reference to it."""
    return {"$ref": "#/components/schemas/Itself"}


def both(*names: str) -> Any:
    """Give a schema several members."""
    return lambda data: at(*THING)(data).update({name: {"type": "string"} for name in names})


def integer(**more: Any) -> Data:
    """A schema of integers with bounds."""
    return {"type": "integer", "minimum": 0, "maximum": 9, **more}


def listed() -> Data:
    """A schema of lists."""
    return {"type": "array", "items": {"type": "string"}}
