"""Facts against the spec: a function for each kind, from a `Case` to an `Answer`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from specpipe.audit.answers import Answer, Case, agreed, differs, folded, lacks, texts
from specpipe.audit.parameters import check_parameter
from specpipe.audit.readings import Claim
from specpipe.audit.types import agrees, models, shown
from specpipe.spec.build import requirements
from specpipe.spec.nodes import Node, is_success, operations, root

_KINDS = {
    "apikey": {"type": "apiKey"},
    "basic": {"type": "http", "scheme": "basic"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "oauth": {"type": "oauth2"},
}


def check(case: Case) -> Answer:
    """What the spec says about a fact."""
    kind = case.fact.words[0]
    if case.fact.operation and case.operation is None:
        documented = case.page.by_name[case.fact.operation]
        message = f"the spec has no {documented.shown}"
        return lacks(message, "describe it; DRAFT=out.yaml writes a beginning", case.here)
    return _CHECKS[kind](case)


def _tag(case: Case) -> Answer:
    """The title of a page: all of its operations that the spec has carry that tag."""
    by_address = {(o.method.upper(), o.path): o for o in operations(case.document)}
    for documented in case.page.operations:
        found = by_address.get((documented.method, documented.path))
        tags = found.node.raw("tags") if found else None
        if tags is not None and [folded(t) for t in tags.strings] != [folded(str(case.fact.value))]:
            message = f"{documented.shown} has tags {texts(tags.strings)}, not {case.fact.value}"
            return differs(message, "give it the documented tag", tags)
    return agreed()


def _base_url(case: Case) -> Answer:
    server = root(case.document).raw("servers").raw(0)
    url, wanted = server.raw("url").text.rstrip("/"), str(case.fact.value).rstrip("/")
    if not url:
        return lacks(f"no server, documented is {wanted}", "list it first under servers", server)
    if url != wanted:
        return differs(f"the first server is {url}, not {wanted}", "put it first", server)
    return agreed(server)


def _name(case: Case) -> Answer:
    node = case.here.raw("operationId")
    if folded(node.text) != folded(str(case.fact.value)):
        message = f"operationId is {node.text!r}, not {case.fact.value}"
        return differs(message, "use the documented name", node)
    return agreed(node)


def _address(case: Case) -> Answer:
    assert case.operation is not None
    found = f"{case.operation.method.upper()} {case.operation.path}"
    if found != case.fact.value:
        message = f"the spec has it at {found}, not at {case.fact.value}"
        return differs(message, "move it to the documented address", case.here)
    return agreed(case.here)


def _deprecated(case: Case) -> Answer:
    if case.here.raw("deprecated").value is not True:
        return lacks("not marked as deprecated", "add `deprecated: true`", case.here)
    return agreed(case.here)


def _success(case: Case) -> Node:
    """The first documented 2xx answer."""
    assert case.operation is not None
    listed = case.page.statuses(case.fact.operation)
    found = [(status, node) for status, node in case.operation.responses if is_success(status)]
    wanted = [node for status, node in found if status in listed] or [node for _, node in found]
    return wanted[0] if wanted else Node(case.document, None, f"{case.here.pointer}/responses")


def _returns(case: Case) -> Answer:
    response = _success(case)
    content = dict(response.raw("content").members())
    wanted = str(case.fact.value)
    if wanted == "void":
        if content:
            return differs("success has a body, documented is none", "take content out", response)
        return agreed(response)
    if not content:
        return lacks(f"success has no body, not {wanted}", f"answer with {wanted}", response)
    schemas = [media.raw("schema") for media in content.values()]
    verdicts = [agrees(wanted, schema) for schema in schemas]
    if None in verdicts:
        return Answer(f"type {wanted!r} is not understood", "compare by hand", unread=True)
    if not all(verdicts):
        message = f"success answers with {shown(schemas[0])}, not {wanted}"
        return differs(message, f"answer with {wanted}", response, schemas[0])
    return agreed(response)


def _answers(case: Case) -> Answer:
    response = _success(case)
    has_body = bool(response.raw("content").map)
    if has_body != case.fact.value:
        words = ("no body", "a body") if has_body else ("a body", "no body")
        return differs(f"success has {words[1]}, documented is {words[0]}", "correct it", response)
    return agreed(response)


def _model(case: Case) -> Answer:
    name = case.fact.words[1]
    schemas = root(case.document).get("components").raw("schemas")
    used = {
        found
        for about in case.page.of(case.fact.operation)
        if about.words[-1] == "type" or about.words[0] == "returns"
        for found in models(str(about.value))
    }
    if name not in schemas.map:
        return lacks(f"there is no schema {name}", "describe it in components/schemas", schemas)
    if name not in used:
        return Answer(f"{name} is in no signature of the page", "compare by hand", unread=True)
    return agreed(schemas.raw(name))


def _authentication(case: Case) -> Answer:
    name = case.fact.words[1]
    scheme = root(case.document).get("components", "securitySchemes", name)
    if not scheme.map:
        return lacks(f"there is no security scheme {name}", "describe it", scheme)
    wanted = _KINDS.get(str(case.fact.value))
    if wanted is None:
        return Answer(f"{case.fact.value} is not understood", "compare by hand", unread=True)
    if any(str(scheme.raw(key).value).lower() != value.lower() for key, value in wanted.items()):
        message = f"scheme {name} is of type {scheme.raw('type').text}, not {case.fact.value}"
        return differs(message, "correct it", scheme)
    return agreed(scheme)


def _authorization(case: Case) -> Answer:
    if case.fact.value is None:  # the page has no such section
        return agreed()
    assert case.operation is not None
    assert isinstance(case.fact.value, tuple)
    found = requirements(case.operation)
    schemes = root(case.document).get("components").raw("securitySchemes")
    asked = sorted({name for requirement in found.items() for name in requirement.map})
    nodes = (found, case.here, *(schemes.raw(name) for name in (*asked, *case.fact.value)))
    if asked != sorted(case.fact.value):
        message = f"authorization is {texts(asked)}, documented is {texts(case.fact.value)}"
        return replace(differs(message, "correct security", *nodes), missing=not asked)
    missing = [name for name in asked if not schemes.raw(name).map]
    if missing:
        return lacks(f"there is no security scheme {texts(missing)}", "describe it", schemes)
    if asked and any(not requirement.map for requirement in found.items()):
        return differs("the key is optional, documented as needed", "take `{}` out", *nodes)
    return agreed(*nodes)


def _content_type(case: Case) -> Answer:
    assert isinstance(case.fact.value, tuple)
    body = case.here.get("requestBody")
    found = list(body.raw("content").map)
    return _same_types(found, case.fact.value, "the body is sent as", body)


def _accept(case: Case) -> Answer:
    """The media types of the answers that the page lists."""
    assert case.operation is not None
    assert isinstance(case.fact.value, tuple)
    listed = case.page.statuses(case.fact.operation)
    nodes = [node for status, node in case.operation.responses if status in listed]
    found = list(dict.fromkeys(kind for node in nodes for kind in node.raw("content").map))
    return _same_types(found, case.fact.value, "documented answers are", *nodes)


def _same_types(found: list[str], wanted: tuple[str, ...], what: str, *nodes: Node) -> Answer:
    if sorted(found) == sorted(wanted):
        return agreed(*nodes)
    message = f"{what} {texts(found)}, documented is {texts(wanted)}"
    answer = differs(message, "correct content", *nodes)
    return replace(answer, missing=bool(set(wanted) - set(found)))


def _status(case: Case) -> Answer:
    _, status, aspect = case.fact.words
    responses = case.here.raw("responses")
    if status not in responses.map:
        return lacks(f"no answer {status}", f"describe {status}", responses)
    response = responses.raw(status).follow()
    if aspect == "description":
        text = " ".join(response.raw("description").text.split())
        if text != case.fact.value:
            message = f"{status} is described as {text!r}, not as {case.fact.value!r}"
            return differs(message, "use the documented text", response)
    if aspect == "headers":
        return _headers(case, status, response)
    return agreed(response)


def _headers(case: Case, status: str, response: Node) -> Answer:
    """Headers that a page lists; those of decisions are nobody's fault."""
    assert isinstance(case.fact.value, tuple)
    found = {name.lower(): child for name, child in response.raw("headers").members()}
    wanted = {name.lower() for name in case.fact.value}
    if missing := sorted(wanted - found.keys()):
        return lacks(f"{status} has no header {texts(missing)}", "describe it", response)
    extra = [n for n, node in found.items() if n not in wanted and not _is_decided(node)]
    if extra:
        message = f"{status} has header {texts(extra)}, which is not documented"
        return differs(message, "give it x-decided, or take it out", found[extra[0]], response)
    return agreed(response)


def _is_decided(node: Node) -> bool:
    return "x-decided" in node.map or "x-decided" in node.follow().map


def _sentence(case: Case) -> Answer:
    return _prose(case, case.fact.words[1], case.here)


def _prose(case: Case, digest: str, subject: Node) -> Answer:
    """What a person read in a sentence."""
    sentence = case.curated.sentences.get(digest)
    if sentence is None:
        message = f"sentence {digest} has not been read"
        return Answer(message, "add it to curated.yaml: what it says", (subject,), unread=True)
    failing = [
        _unmet(claim, nodes, sentence.says)
        for claim in sentence.claims
        if not claim.holds((nodes := claim.nodes(subject, case.here))[-1].value)
    ]
    # what a decision goes against must not hide the rest
    excused = {override.problem for override in case.overrides()}
    failing.sort(key=lambda answer: answer.problem in excused)
    return failing[0] if failing else agreed(subject)


def _unmet(claim: Claim, nodes: tuple[Node, ...], says: str) -> Answer:
    value = nodes[-1].value
    found = f"has no {claim.value!r}" if claim.is_part else f"is {value!r}"
    message = f"{claim.at} {found}, but the page says: {says}"
    answer = differs(message, f"make it {claim.value!r}", *reversed(nodes))
    return replace(answer, missing=value is None)


def _parameter(case: Case) -> Answer:
    return check_parameter(case, _prose)


def _no_parameters(case: Case) -> Answer:
    assert case.operation is not None
    found = [p for p in case.operation.parameters if not _is_decided(p)]
    body = case.here.get("requestBody")
    if body.map and not _is_decided(body):
        found.append(body)
    if found:
        advice = "take it out, or give it x-decided"
        return differs("documented without parameters", advice, *found)
    return agreed()


_CHECKS: Mapping[str, Callable[[Case], Answer]] = {
    "tag": _tag,
    "base-url": _base_url,
    "name": _name,
    "address": _address,
    "deprecated": _deprecated,
    "returns": _returns,
    "answers": _answers,
    "model": _model,
    "authentication": _authentication,
    "authorization": _authorization,
    "content-type": _content_type,
    "accept": _accept,
    "status": _status,
    "sentence": _sentence,
    "parameter": _parameter,
    "no-parameters": _no_parameters,
}
