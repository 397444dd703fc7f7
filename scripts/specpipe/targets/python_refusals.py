"""Ways to make the server refuse a call, for the generated tests of the Python SDK."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from specpipe.render import python_literal
from specpipe.spec.model import Addressing, Api, Operation
from specpipe.targets.python_samples import mistake
from specpipe.targets.python_source import constants
from specpipe.workspace import TEMPLATES


@dataclass(frozen=True, slots=True)
class Refusal:
    """A way to make the server refuse a call: the error, its status, and options of the call as
    Python source."""

    error: str
    status: int
    options: str


@cache
def error_classes() -> Mapping[int, str]:
    """The classes that the SDK has for statuses, as its `errors.py` lists them."""
    source = TEMPLATES / "python-client" / "runtime" / "errors.py"
    return constants(source.read_bytes(), "_CLASSES")


def error(status: int) -> str:
    """The class for a status, as `status_error` in `errors.py` chooses it."""
    return error_classes().get(status, "ServerError" if status >= 500 else "StatusError")


def refusals(api: Api, schemas: Mapping[str, Any], operation: Operation) -> tuple[Refusal, ...]:
    """One for each documented status that there is a way to; `schemas` are the components. The
    call that they are for is about a thing that is not there."""
    documented = {response.status for response in operation.responses}
    ways = dict(all_ways(api, schemas, operation))
    return tuple(
        Refusal(error(status), status, ways[status]) for status in sorted(documented & ways.keys())
    )


def all_ways(
    api: Api, schemas: Mapping[str, Any], operation: Operation
) -> Iterator[tuple[int, str]]:
    """Statuses, and options of a call that ends with them, as Python source."""
    if api.key is not None and operation.secured:
        yield 401, f'{{"extra_headers": {python_literal({api.key.header: "wrong"})}}}'
    if operation.produces:
        yield 406, '{"extra_headers": {"accept": "image/png"}}'
    body = schemas.get(operation.body.schema, {}) if operation.body else {}
    if body.get("type") == "object":
        yield 400, '{"extra_body": {"much": deep(300)}}'
        yield 413, '{"extra_body": {"much": wide(250_000)}}'
        yield 415, '{"extra_headers": {"content-type": "image/png"}}'
        for name, schema in list(body.get("properties", {}).items())[:1]:
            wrong = {name: 7 if type_of(schema, schemas) == "string" else "neither"}
            yield 422, f'{{"extra_body": {python_literal(wrong)}}}'
    for parameter in operation.parameters_in("query"):
        if (text := mistake(parameter)) and not parameter.required:
            yield 422, f'{{"extra_query": {python_literal({parameter.wire: text})}}}'
    if isinstance(operation.behaviour, Addressing):
        yield operation.behaviour.resource.gone, "{}"


def type_of(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """The type that a schema wants."""
    while "$ref" in schema:
        schema = schemas[str(schema["$ref"]).rpartition("/")[2]]
    return schema.get("type")
