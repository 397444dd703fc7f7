"""Whether a request, and its answer, are what the spec says: for exchanges seen on the wire."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import jsonschema_rs

from specpipe.conformance.exchange import Exchange, strict_json
from specpipe.spec.model import Api, Document, Operation, Parameter


def path_values(template: str, path: str) -> dict[str, str] | None:
    """The values of a template's parameters in a path, decoded; None when it does not match."""
    wanted, given = template.split("/"), path.split("/")
    pairs = list(zip(wanted, given, strict=False))
    if len(wanted) != len(given) or not all(t == s or (t[:1] == "{" and s) for t, s in pairs):
        return None
    return {t[1:-1]: unquote(s) for t, s in pairs if t[:1] == "{"}


def path_below(url: str, base_url: str) -> str:
    """The path of a URL as the spec has it: without that of the base."""
    return urlsplit(url).path.removeprefix(urlsplit(base_url).path.rstrip("/"))


def asked(api: Api, exchange: Exchange, base_url: str) -> tuple[Operation, dict[str, str]]:
    """The operation that a request is for, and the values of its path parameters. Raises
    LookupError when there is none."""
    path = path_below(exchange.url, base_url)
    candidates = [
        (operation, values)
        for operation in api.operations
        if operation.method == exchange.method
        and (values := path_values(operation.path, path)) is not None
    ]
    if not candidates:
        raise LookupError(f"{exchange.method} {path}: no operation of the spec")
    return min(candidates, key=lambda candidate: len(candidate[1]))


class Oracle:
    """Knows the operations and schemas of one spec."""

    def __init__(self, document: Document, api: Api) -> None:
        self._api = api
        self._components = document.data.get("components", {})
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def faults(self, exchange: Exchange, base_url: str) -> Iterator[str]:
        """What is wrong with either side of an exchange; nothing when all is well."""
        try:
            operation, path = asked(self._api, exchange, base_url)
        except LookupError as error:
            yield str(error)
            return
        yield from self._request_faults(operation, path, exchange)
        yield from self.answer_faults(operation, exchange)

    def request_faults(
        self, operation: Operation, exchange: Exchange, base_url: str
    ) -> Iterator[str]:
        """What is wrong with a request that should be one for `operation`."""
        try:
            found, path = asked(self._api, exchange, base_url)
        except LookupError as error:
            yield str(error)
            return
        if found != operation:
            yield f"the request is one for {found.id}"
        else:
            yield from self._request_faults(operation, path, exchange)

    def _request_faults(
        self, operation: Operation, path: Mapping[str, str], exchange: Exchange
    ) -> Iterator[str]:
        query = parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True)
        known = {p.wire: p for p in operation.parameters_in("query")}
        for name, value in query:
            if name not in known:
                yield f"query parameter {name} is not in the spec"
            else:
                yield from self._parameter_faults(known[name], value)
        for parameter in operation.parameters:
            given = path if parameter.place == "path" else dict(query)
            if parameter.required and parameter.wire not in given:
                yield f"{parameter.place} parameter {parameter.wire} is missing"
            elif parameter.place == "path":
                yield from self._parameter_faults(parameter, given[parameter.wire])
        content_type = exchange.request_headers.get("content-type")
        if not exchange.request_body:
            if operation.body is not None and operation.body.required:
                yield "the required request body is missing"
            if content_type is not None:
                yield f"Content-Type {content_type} is sent without a body"
        elif operation.body is None:
            yield "a request body is sent where the spec has none"
        elif (content_type or "").partition(";")[0] != operation.body.media_type:
            yield f"request Content-Type {content_type} is not {operation.body.media_type}"
        else:
            yield from self._json_faults(
                operation.body.schema, exchange.request_body, "request body"
            )

    def _parameter_faults(self, parameter: Parameter, text: str) -> Iterator[str]:
        value: Any = text
        if parameter.type in ("integer", "number", "boolean"):
            try:
                value = json.loads(text)
            except ValueError:
                yield f"{parameter.wire}={text} is not a {parameter.type}"
                return
        validator = jsonschema_rs.Draft202012Validator(
            dict(parameter.schema), validate_formats=True
        )
        for error in validator.iter_errors(value):
            yield f"{parameter.wire}: {error.message}"

    def answer_faults(self, operation: Operation, exchange: Exchange) -> Iterator[str]:
        """What is wrong with an answer of `operation`."""
        documented = {response.status: response for response in operation.responses}
        response = documented.get(exchange.status)
        if response is None:
            yield f"status {exchange.status} is not documented for {operation.id}"
            return
        media_type = exchange.headers.get("content-type", "").partition(";")[0].strip()
        if response.media_type is None:
            if exchange.body:
                yield f"status {exchange.status} has a body where the spec has none"
        elif media_type != response.media_type:
            yield f"Content-Type {media_type or '(none)'} is not {response.media_type}"
        elif response.schema is not None:
            yield from self._json_faults(response.schema, exchange.body, "response body")

    def _json_faults(self, schema: str, raw: bytes, what: str) -> Iterator[str]:
        try:
            value = strict_json(raw)
        except ValueError as error:
            yield f"the {what} is not JSON: {error}"
            return
        for fault in self.validator(schema).iter_errors(value):
            place = "/".join(map(str, fault.instance_path)) or "(root)"
            yield f"{what} at {place}: {fault.message}"

    def validator(self, schema: str) -> jsonschema_rs.Draft202012Validator:
        """The validator of a component schema, formats asserted."""
        if (validator := self._validators.get(schema)) is None:
            validator = jsonschema_rs.Draft202012Validator(
                {"$ref": f"#/components/schemas/{schema}", "components": dict(self._components)},
                validate_formats=True,
            )
            self._validators[schema] = validator
        return validator
