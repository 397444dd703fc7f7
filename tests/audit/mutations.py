"""Edits of a spec that go against a documented fact, by the kind of the fact.

They know the form of a spec and of a fact, and nothing of how the audit compares the two. Each is
a `Mutation`: what it does in words, which also tells equal ones, and a function over the spec's data
and the curated readings.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

UNMUTABLE: dict[str, str] = {}
"""Kinds of facts that no edit of a spec can go against, with the reason. There is none: imports,
hosts and calls in examples name schemas, servers, operations and parameters, so they count."""

Edit = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Mutation:
    says: str
    edit: Edit


def own(data: dict[str, Any], address: str) -> dict[str, Any]:
    """The operation, with parameters and answers written out: an edit concerns it alone."""
    method, path = address.split(" ", 1)
    operation = data["paths"][path][method.lower()]
    components = data["components"]
    for index, parameter in enumerate(operation.get("parameters", [])):
        if "$ref" in parameter:
            name = parameter["$ref"].rpartition("/")[2]
            operation["parameters"][index] = copy.deepcopy(components["parameters"][name])
    for status, response in operation["responses"].items():
        if "$ref" in response:
            name = response["$ref"].rpartition("/")[2]
            operation["responses"][status] = copy.deepcopy(components["responses"][name])
    return operation


def folded(name: str) -> str:
    return name.replace("_", "").lower()


def success(operation: dict[str, Any]) -> dict[str, Any]:
    return next(r for s, r in operation["responses"].items() if s.startswith("2"))


def mutations(page: Any, fact: Any) -> Iterator[Mutation]:
    """The edits that go against `fact` of `page`."""
    addresses = {o.name: o.shown for o in page.operations}
    address = addresses.get(fact.operation, "")
    head, *rest = fact.about.split(" ")
    maker = MAKERS[head]
    for says, edit in maker(address, page, fact, *rest):
        yield Mutation(f"{address}: {says}", edit)


Made = Iterator[tuple[str, Edit]]


def base_url(address, page, fact) -> Made:
    yield "other host", lambda d: d["servers"][0].update(url="http://localhost:1001")
    yield "no first server", lambda d: d["servers"].pop(0)
    yield "another server first", lambda d: d["servers"].reverse()
    yield "no servers", lambda d: d.pop("servers")


def tag(address, page, fact) -> Made:
    def change(first, edit):
        def apply(data):
            edit(own(data, first))

        return apply

    for documented in page.operations:
        shown = documented.shown
        yield f"other tag on {shown}", change(shown, lambda o: o.update(tags=["Other"]))
        yield f"two tags on {shown}", change(shown, lambda o: o["tags"].append("Other"))
        yield f"no tag on {shown}", change(shown, lambda o: o.pop("tags"))


def name(address, page, fact) -> Made:
    yield "other operationId", lambda d: own(d, address).update(operationId="something_else")
    yield "no operationId", lambda d: own(d, address).pop("operationId")


def at_address(address, page, fact) -> Made:
    method, path = address.split(" ", 1)

    def move(new_path, new_method):
        def apply(data):
            item = data["paths"][path].pop(method.lower())
            data["paths"].setdefault(new_path, {})[new_method] = item

        return apply

    yield "removed", lambda d: d["paths"].pop(path)
    yield "other path", move(path + "/moved", method.lower())
    yield "other method", move(path, "put")


def returns(address, page, fact) -> Made:
    def body(edit):
        return lambda d: edit(success(own(d, address)))

    other = {"application/json": {"schema": {"$ref": "#/components/schemas/Score"}}}
    if fact.value == "void":
        yield "a body where none is", body(lambda r: r.update(content=other))
        return
    yield "another model", body(lambda r: r.update(content=other))
    yield "no body", body(lambda r: r.pop("content"))
    yield "a list of it", body(
        lambda r: r.update(content={"application/json": {"schema": {
            "type": "array", "items": {"$ref": f"#/components/schemas/{fact.value}"}}}})
    )  # fmt: skip
    yield (
        "any object",
        body(lambda r: r.update(content={"application/json": {"schema": {"type": "object"}}})),
    )


def answers(address, page, fact) -> Made:
    some = {"application/json": {"schema": {"type": "object"}}}
    if fact.value:
        yield "no body", lambda d: success(own(d, address)).pop("content")
    else:
        yield "a body where none is", lambda d: success(own(d, address)).update(content=some)


def model(address, page, fact, wanted) -> Made:
    yield f"schema {wanted} removed", lambda d: d["components"]["schemas"].pop(wanted)

    def rename(data):
        data["components"]["schemas"]["Renamed"] = data["components"]["schemas"].pop(wanted)

    yield f"schema {wanted} renamed", rename


def authentication(address, page, fact, scheme) -> Made:
    schemes = "securitySchemes"
    yield "scheme removed", lambda d: d["components"][schemes].pop(scheme)
    yield (
        "scheme is basic",
        lambda d: d["components"][schemes].update({scheme: {"type": "http", "scheme": "basic"}}),
    )
    yield "scheme is oauth", lambda d: d["components"][schemes][scheme].update(type="oauth2")


def authorization(address, page, fact) -> Made:
    def listed(data):
        for entry in own(data, address)["x-documented"]:
            if entry["page"] == page.name:
                entry["auth"] = "other"

    yield f"x-documented has another auth for {page.name}", listed
    if fact.value is None:
        return
    if not fact.value:
        schemes = "securitySchemes"
        yield (
            "x-decided of the scheme removed",
            lambda d: d["components"][schemes]["application"].pop("x-decided"),
        )
    else:
        yield "no key", lambda d: own(d, address).update(security=[])
        yield "key optional", lambda d: own(d, address)["security"].append({})
        yield "other key", lambda d: own(d, address).update(security=[{"other": []}])
        yield "another key beside it", lambda d: own(d, address)["security"].append({"other": []})
        yield "no scheme", lambda d: d["components"].pop("securitySchemes")

    def nothing(data):
        own(data, address).pop("security")
        data.pop("security")

    yield "no security anywhere", nothing


def content_type(address, page, fact) -> Made:
    some = {"required": False, "content": {"application/json": {"schema": {"type": "object"}}}}
    if not fact.value:
        yield "a request body where none is", lambda d: own(d, address).update(requestBody=some)
        return

    def retyped(*kinds):
        def apply(data):
            body = own(data, address)["requestBody"]
            (media,) = body["content"].values()
            body["content"] = dict.fromkeys(kinds, media)

        return apply

    yield "another type", retyped("application/xml")
    yield "one type more", retyped("application/json", "application/xml")
    yield "no type", retyped()
    yield "no request body", lambda d: own(d, address).pop("requestBody")


def accept(address, page, fact) -> Made:
    listed = page.statuses(fact.operation)

    def contents(data):
        responses = own(data, address)["responses"]
        return [r["content"] for s, r in responses.items() if s in listed and "content" in r]

    def drop(kind):
        def apply(data):
            for content in contents(data):
                content.pop(kind, None)

        return apply

    def rename(kind):
        def apply(data):
            for content in contents(data):
                if kind in content:
                    content["text/html"] = content.pop(kind)

        return apply

    for kind in fact.value:
        yield f"no {kind}", drop(kind)
        yield f"text/html for {kind}", rename(kind)
    yield "one more", lambda d: contents(d)[0].update({"text/html": {}})


def status(address, page, fact, code, aspect) -> Made:
    def response(data):
        return own(data, address)["responses"][code]

    yield f"no {code}", lambda d: own(d, address)["responses"].pop(code)

    def replaced(data):
        responses = own(data, address)["responses"]
        responses["299" if code.startswith("2") else "599"] = responses.pop(code)

    yield f"another status for {code}", replaced
    if aspect == "description":
        yield f"other text of {code}", lambda d: response(d).update(description="Something else")
        yield (
            f"more text of {code}",
            lambda d: response(d).update(description=response(d)["description"] + " Or not."),
        )
        yield f"no text of {code}", lambda d: response(d).pop("description")
    if aspect == "headers":
        added = {"X-Odd": {"schema": {"type": "string"}}}
        yield f"a header with {code}", lambda d: response(d).update(headers=added)


def sentence(address, page, fact, digest) -> Made:
    yield from claims(address, digest, None)


def parameter(address, page, fact, wanted, aspect) -> Made:
    def subject(data):
        """The parameter or the body, and what holds its schema."""
        operation = own(data, address)
        for one in operation.get("parameters", []):
            if folded(one["name"]) == folded(wanted):
                return one, one
        body = operation["requestBody"]
        (media,) = body["content"].values()
        return body, media

    def remove(data):
        operation = own(data, address)
        kept = [p for p in operation.get("parameters", []) if folded(p["name"]) != folded(wanted)]
        if len(kept) == len(operation.get("parameters", [])):
            operation.pop("requestBody")
        operation["parameters"] = kept

    def rename(data):
        one, _ = subject(data)
        one["name"] = "something"
        if "in" not in one:
            own(data, address).pop("requestBody")

    def schema(edit):
        return lambda d: edit(subject(d)[1]["schema"])

    yield f"no {wanted}", remove
    yield f"{wanted} renamed", rename
    if aspect == "type":
        yield from types(fact.value, wanted, schema, subject)
    elif aspect == "required":
        yield (
            f"{wanted} the other way",
            lambda d: subject(d)[0].update(required=not subject(d)[0].get("required", False)),
        )
    elif aspect == "default":
        assert fact.value is None

        def invented(one):
            one.pop("x-decided", None)
            one["default"] = "invented"

        yield f"{wanted} with a default", schema(invented)
    elif aspect == "description":
        yield from claims(address, fact.value, subject)


def types(value, wanted, schema, subject) -> Made:
    def other(found):
        return lambda one: (one.clear(), one.update(found))

    for kind in ("string", "integer", "number", "boolean", "array", "object"):
        number = value == "number" and kind == "integer"
        plain = {"str": "string", "int": "integer", "bool": "boolean"}.get(value, value)
        if kind != plain and not number:
            yield f"{wanted} as {kind}", schema(other({"type": kind}))
    if value != "datetime":
        yield f"{wanted} as a moment", schema(other({"type": "string", "format": "date-time"}))
    yield f"{wanted} as {value} or null", schema(other({"type": ["string", "integer", "null"]}))
    yield f"{wanted} as anything", schema(other({}))
    yield f"{wanted} as another model", schema(other({"$ref": "#/components/schemas/Score"}))


READINGS: dict[str, Any] = {}
"""The sentences of curated.yaml, as data; set by the test."""


def claims(address, digest, subject) -> Made:
    """What was read in a sentence, each claim changed and removed."""
    for claim in READINGS[digest]["spec"]:
        path = claim["at"]

        def holder(data, path=path):
            from_operation = subject is None or path.startswith("/")
            node = own(data, address) if from_operation else subject(data)[0]
            *steps, last = path.removeprefix("/").split("/")
            for step in steps:
                node = child(data, node, step)
            return node, int(last) if isinstance(node, list) else last

        def change(data, claim=claim, holder=holder):
            node, last = holder(data)
            value = claim.get("is", claim.get("has"))
            if isinstance(value, bool):  # also where a decision has the opposite already
                node[last] = not node[last]
            else:
                node[last] = "something else"

        def remove(data, holder=holder):
            node, last = holder(data)
            del node[last]

        yield f"{path} of {subject and digest} changed", change
        yield f"{path} of {subject and digest} removed", remove


def child(data, node, step):
    step = step.replace("~1", "/")
    if isinstance(node, list):
        named = [item for item in node if isinstance(item, dict) and item.get("name") == step]
        found = named[0] if named else node[int(step)]
    else:
        found = node[step]
    while isinstance(found, dict) and "$ref" in found:
        target = data
        for part in found["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        found = target
    return found


MAKERS = {
    "base-url": base_url,
    "tag": tag,
    "name": name,
    "address": at_address,
    "returns": returns,
    "answers": answers,
    "model": model,
    "authentication": authentication,
    "authorization": authorization,
    "content-type": content_type,
    "accept": accept,
    "status": status,
    "sentence": sentence,
    "parameter": parameter,
}
