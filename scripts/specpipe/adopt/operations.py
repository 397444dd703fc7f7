"""Operations in the words of the house: one JSON body each way, plain parameters, one key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from specpipe.adopt.draft import METHODS, SCHEMAS, Draft, Kind
from specpipe.adopt.naming import class_name, folded, unused
from specpipe.adopt.schemas import Lowering
from specpipe.spec.nodes import escape

JSON, TEXT = "application/json", "text/plain"
AS_SUCCESS = "response 'default' in place of a 2xx response, as 200"
KEPT = ("operationId", "summary", "description", "tags", "parameters", "requestBody", "responses",
        "security", "deprecated", "externalDocs")  # fmt: skip
_HTTP = frozenset({"accept", "content-type", "authorization"})
"""Headers that OpenAPI says to ignore as parameters."""


class Unable(Exception):
    """An operation that cannot be kept; the text names the construct."""

    def __init__(self, what: str, step: str = "") -> None:
        """`what` it is, at `step` below the operation."""
        super().__init__(what)
        self.step = step


def keep_operations(draft: Draft) -> None:
    """Leave out every operation that the house has no words for, and from the others what they can
    do without."""
    used = {folded(name) for name in draft.schemas}
    for path, item in list(draft.data["paths"].items()):
        at = f"/paths/{escape(path)}"
        if path.startswith("x-") or not isinstance(item, dict):
            draft.data["paths"][path] = {}
            continue
        shared = item.get("parameters") or []
        kept: dict[str, Any] = {}
        for method in (key for key in item if key in (*METHODS, "trace")):
            try:
                for holder in (item, item[method]):
                    if holder.get("servers"):
                        raise Unable("servers of its own")
                if method == "trace":
                    raise Unable("trace")
                kept[method] = _operation(draft, item[method], f"{at}/{method}", shared, used)
            except Unable as unable:
                draft.note(f"{at}/{method}{unable.step}", "left out", f"operation with {unable}")
        draft.data["paths"][path] = kept
    draft.drop_empty_paths()


def _operation(
    draft: Draft, given: dict[str, Any], at: str, shared: list[Any], used: set[str]
) -> dict[str, Any]:
    operation = {key: given[key] for key in KEPT if key in given}
    if given.get("callbacks"):
        draft.note(f"{at}/callbacks", "left out", "callbacks")
    own = [p for p in given.get("parameters") or [] if isinstance(p, dict)]
    names = {(p.get("name"), p.get("in")) for p in own}
    others = [p for p in shared if isinstance(p, dict)]
    operation["parameters"] = [
        *(p for p in others if (p.get("name"), p.get("in")) not in names),
        *own,
    ]

    def named(schema: Any, words: str, place: str) -> dict[str, Any]:
        return _named(draft, schema, f"{given.get('operationId')} {words}", place, used)

    _body(draft, operation, at, named)
    responses = {}
    given_responses = successful(given)
    has_success = any(status.startswith("2") for status in given_responses)
    for status, response in given_responses.items():
        if status == "default" and not has_success:
            continue
        found = _response(draft, status, response, f"{at}/responses/{status}", named)
        if found is not None:
            responses["200" if status == "2XX" else status] = found
    if not has_success:
        answer = given_responses.get("default")
        kind: Kind = "added" if answer is None else "narrowed"
        what = "response 200, as no success is described" if answer is None else AS_SUCCESS
        draft.note(f"{at}/responses/default", kind, what)
        success = _response(draft, "200", answer, f"{at}/responses/default", named)
        responses["200"] = success or {"description": "-"}
    operation["responses"] = responses
    return operation


def successful(given: dict[str, Any]) -> dict[str, Any]:
    """The responses of an operation. Raises Unable when its only success is to lead elsewhere."""
    said = (given.get("responses") or {}).items()
    responses = {str(status): found for status, found in said if str(status)[:2] != "x-"}
    if not any(status[:1] == "2" for status in responses) and any(s[:1] == "3" for s in responses):
        raise Unable("no 2xx response but a redirection", "/responses")
    return responses


Named = Callable[[Any, str, str], dict[str, Any]]


def _named(draft: Draft, schema: Any, words: str, place: str, used: set[str]) -> dict[str, Any]:
    """A reference to `schema`, which becomes a component when it is none."""
    if isinstance(schema, dict) and str(schema.get("$ref", "")).startswith(SCHEMAS):
        return {"$ref": schema["$ref"]}
    parts = "".join(part[:1].upper() + part[1:] for part in words.split())
    name = unused(class_name(parts), used)
    used.add(folded(name))
    draft.schemas[name] = schema
    draft.moved[f"/components/schemas/{name}"] = place
    return {"$ref": f"{SCHEMAS}{name}"}


def _body(draft: Draft, operation: dict[str, Any], at: str, named: Named) -> None:
    body = operation.pop("requestBody", None)
    if not isinstance(body, dict):
        return
    place = f"{at}/requestBody"
    if at.endswith(("/get", "/head")):
        if body.get("required") is True:
            raise Unable("a body of a get request", "/requestBody")
        draft.note(place, "left out", "body of a get request")
        return
    content = body.get("content") or {}
    wanted = json_of(content)
    if wanted is None:
        types = ", ".join(content)
        raise Unable(f"media type {types!r}", "/requestBody/content")
    if len(content) > 1:
        draft.note(f"{place}/content", "left out", "other media types of a body than JSON")
    media = content[wanted]
    place = f"{place}/content/{escape(wanted)}"
    if not isinstance(media, dict) or "schema" not in media:
        raise Unable("a body without a schema", "/requestBody/content")
    said = {"description": body["description"]} if body.get("description") else {}
    kept = {"schema": named(media["schema"], "body", f"{place}/schema"), **examples_of(media)}
    operation["requestBody"] = {
        **said,
        "required": body.get("required") is True,
        "content": {JSON: kept},
    }


def _response(
    draft: Draft, status: str, response: Any, at: str, named: Named
) -> dict[str, Any] | None:
    """A response as the house has it; None when it is left out."""
    if not isinstance(response, dict):
        return None
    is_success = status.startswith("2")
    if status == "default" or (status.endswith("XX") and not is_success):
        draft.note(at, "left out", f"response {status!r}")
        return None
    kept: dict[str, Any] = {"description": str(response.get("description") or "-")}
    content = response.get("content") or {}
    for key in ("headers", "links"):
        if response.get(key):
            draft.note(f"{at}/{key}", "left out", f"{key} of a response")
    if not content or status in ("204", "304"):
        return kept
    wanted = json_of(content)
    if wanted is not None and isinstance(content[wanted], dict) and "schema" in content[wanted]:
        if len(content) > 1:
            draft.note(f"{at}/content", "left out", "other media types of a response than JSON")
        media, place = content[wanted], f"{at}/content/{escape(wanted)}/schema"
        reference = named(media["schema"], f"reply{'' if is_success else status}", place)
        return {**kept, "content": {JSON: {"schema": reference, **examples_of(media)}}}
    if TEXT in content:
        return {**kept, "content": {TEXT: {"schema": {"type": "string"}}}}
    what = ", ".join(content) if wanted is None else f"{wanted} without a schema"
    if is_success:
        raise Unable(f"response of media type {what!r}", f"/responses/{status}")
    draft.note(at, "left out", f"response of media type {what!r}")
    return None


def json_of(content: dict[str, Any]) -> str | None:
    """The media type that is JSON, however it is written."""
    known = [name for name in content if name.split(";")[0].strip().lower() in (JSON, "*/*")]
    return min(known, key=len) if known else None


def examples_of(media: dict[str, Any]) -> dict[str, Any]:
    """Its examples, as they are."""
    if "example" in media:
        return {"example": media["example"]}
    examples = media.get("examples")
    if not isinstance(examples, dict):
        return {}
    named = {
        name: {"value": example["value"]}
        for name, example in examples.items()
        if isinstance(example, dict) and "value" in example
    }
    return {"examples": named} if named else {}


def lower_parameters(draft: Draft, lowering: Lowering) -> None:
    """Parameters of paths and queries with a schema of the house; others go, and the operations
    that need them."""
    for path, method, operation in list(draft.operations()):
        at = f"/paths/{escape(path)}/{method}"
        kept = []
        try:
            for number, given in enumerate(operation.pop("parameters", [])):
                parameter = _parameter(draft, lowering, given, f"{at}/parameters/{number}")
                kept += [parameter] if parameter else []
        except Unable as unable:
            draft.note(at, "left out", f"operation with {unable}")
            del draft.data["paths"][path][method]
            continue
        if kept:
            operation["parameters"] = kept
    draft.drop_empty_paths()


def _parameter(
    draft: Draft, lowering: Lowering, given: dict[str, Any], at: str
) -> dict[str, Any] | None:
    """One that can be kept; None for one that is left out. Raises Unable."""
    place, schema = given.get("in"), lowering.target(given.get("schema") or {})
    if place == "header" and str(given.get("name")).lower() in _HTTP:
        return None
    lowered = lowering.lower(schema, f"{at}/schema") if isinstance(schema, dict) else None
    kind = lowered.schema.get("type") if lowered else None
    if place not in ("path", "query"):
        what = f"{place} parameter"
    elif "schema" not in given:
        what = "parameter with content"
    elif lowered is None or kind in ("array", "object"):
        what = f"{kind or 'a combination'} as a {place} parameter"
    else:
        default = schema.get("default")
        lowered.schema.pop("example", None)
        said = {"default": default} if default is not None else {}
        kept = {"name": given.get("name"), "in": place, "required": given.get("required") is True}
        text = {"description": given["description"]} if given.get("description") else {}
        return {**kept, **text, "schema": {**lowered.schema, **said}}
    if given.get("required") is True:
        raise Unable(f"a required {what}")
    draft.note(at, "left out", f"optional {what}")
    return None
