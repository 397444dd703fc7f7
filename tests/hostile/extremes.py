"""Documents as large as they may be, and larger."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .cases import LIST, THING, Data, Edit, Refused, at, edited, member, operation, put

MIB = 2**20


def of_sizes() -> list[Refused]:
    """More than the pipeline takes."""
    one = "schema"
    return [
        edited("size", "1,501 operations", many_operations(1_501), "1506 operations"),
        edited("size", "4,001 schemas", many_schemas(4_001), "4011 schemas"),
        edited("size", "2,001 properties of one object", properties(2_001), "properties of one"),
        edited("size", "20,001 enum members", members(20_001), "members of schemas"),
        edited("size", "a pattern of 1,001 characters", member(text("a" * 1_001), one), "at most"),
    ]


def text(pattern: str) -> Data:
    """A schema of texts."""
    return {"type": "string", "pattern": pattern}


def many_operations(count: int) -> Edit:
    """Add operations."""

    def edit(data: Data) -> None:
        for number in range(count):
            operation(f"/more/{number}", operationId=f"more{number}x")(data)

    return edit


def many_schemas(count: int) -> Edit:
    """Add component schemas."""
    made = {f"More{number}": {"type": "string"} for number in range(count)}
    return lambda data: data["components"]["schemas"].update(made)


def properties(count: int) -> Edit:
    """Add properties to one object."""
    made = {f"more{number}x": {"type": "string"} for number in range(count)}
    return lambda data: at(*THING)(data).update(made)


def members(count: int) -> Edit:
    """Have an enumeration of a size."""
    return put([f"more{n}x" for n in range(count)], "components", "schemas", "Colour", "enum")


def parameters(count: int) -> Edit:
    """Add parameters to one operation."""
    made = [
        {"name": f"more{number}x", "in": "query", "schema": {"type": "string"}}
        for number in range(count)
    ]
    return lambda data: at(*LIST, "parameters")(data).extend(made)


def chained(count: int) -> Edit:
    """Add objects that lie in one another, by way of references."""
    made = {
        f"Chain{n}": {
            "type": "object",
            "properties": {"next": {"$ref": f"#/components/schemas/Chain{(n + 1) % count}"}},
        }
        for n in range(count)
    }
    return lambda data: data["components"]["schemas"].update(made)


def example(value: object) -> Edit:
    """Have an example of a size."""
    place = ("paths", "/things", "post", "requestBody", "content", "application/json", "example")
    return put({"kind": "x", "more": value}, *place)


LARGE: Mapping[str, Callable[[], Edit]] = {
    "5,000 enum members": lambda: members(5_000),
    "1,000 properties of one object": lambda: properties(1_000),
    "300 parameters of one operation": lambda: parameters(300),
    "100 objects in one another, and round again": lambda: chained(100),
    "a description of a megabyte": lambda: put("words " * 170_000, "info", "description"),
    "a word of a megabyte": lambda: put("w" * 1_000_000, "paths", "/things", "get", "summary"),
    "an example of 40,000 values": lambda: example([[1, 2, 3]] * 10_000),
}
"""Documents that give a tree, in less than 30 seconds of processor time and 1 GiB."""
