"""Ways to make the server refuse a call, for the generated tests of the Python SDK."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from specpipe.render import python_literal
from specpipe.spec.model import Addressing, Api, Operation
from specpipe.targets.python_samples import mistake

ERRORS: Mapping[int, str] = {
    400: "BadRequestError",
    401: "UnauthorizedError",
    403: "ForbiddenError",
    404: "NotFoundError",
    405: "MethodNotAllowedError",
    406: "NotAcceptableError",
    409: "ConflictError",
    410: "GoneError",
    413: "PayloadTooLargeError",
    415: "UnsupportedMediaTypeError",
    422: "ValidationError",
    429: "RateLimitError",
}
"""The class for a status, as `errors.py` has it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A way to make the server refuse a call: the error, its status, and options of the call as
    Python source."""

    error: str
    status: int
    options: str


def error(status: int) -> str:
    """The class for a status."""
    return ERRORS.get(status, "StatusError")


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
