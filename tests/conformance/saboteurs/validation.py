"""Defects in what is let in: requests that have to be refused."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from .planting import Modules, defect, parsing

BODIES = "refusal/malformed-json"
TYPES = "refusal/media-type"
MEMBERS = "refusal/invalid-body"
PARAMETERS = "refusal/parameters"


def overlook(modules: Modules, *keywords: str) -> None:
    """Let bodies pass in which only these keywords of a schema are not met."""

    def check(validator: Any, value: Any, where: str) -> None:
        for error in validator.iter_errors(value):
            if str(error.schema_path[-1]) not in keywords:
                strict(validator, value, where)

    strict = modules.json_input.check
    modules.http_input.check = modules.resource.check = check


@defect("validation", MEMBERS)
def bodies_are_not_checked(modules: Modules) -> None:
    """A body may be any JSON object."""

    def check(validator: Any, value: Any, where: str) -> None:
        if not isinstance(value, dict):
            strict(validator, value, where)

    strict = modules.json_input.check
    modules.http_input.check = modules.resource.check = check


@defect("validation", MEMBERS)
def texts_may_be_numbers(modules: Modules) -> None:
    """A number is taken where the spec has a text."""

    def check(validator: Any, value: Any, where: str) -> None:
        for error in validator.iter_errors(value):
            number = isinstance(error.instance, int | float)
            if not (number and "string" in error.message):
                strict(validator, value, where)

    strict = modules.json_input.check
    modules.http_input.check = modules.resource.check = check


@defect("validation", MEMBERS)
def the_type_is_not_checked(modules: Modules) -> None:
    """A member may be of any type."""
    overlook(modules, "type")


@defect("validation", MEMBERS)
def required_members_may_be_missing(modules: Modules) -> None:
    """A body may lack what is required."""
    overlook(modules, "required")


@defect("validation", MEMBERS)
def numbers_have_no_bounds(modules: Modules) -> None:
    """Minimum and maximum in a body are not looked at."""
    overlook(modules, "minimum", "maximum")


@defect("validation", MEMBERS)
def formats_are_not_checked(modules: Modules) -> None:
    """A date-time in a body may be any text."""
    overlook(modules, "format")


@defect("validation", MEMBERS)
def lengths_are_not_checked(modules: Modules) -> None:
    """A text in a body may be longer than allowed, or of another form."""
    overlook(modules, "maxLength", "minLength", "pattern")


@defect("validation", "law/create-is-read-back")
def null_is_taken_for_absent(modules: Modules) -> None:
    """A member that is null passes for one that is not there."""

    def prune(raw: bytes) -> Any:
        value = parse(raw)
        if not isinstance(value, dict):
            return value
        return {name: inner for name, inner in value.items() if inner is not None}

    parse = modules.json_input.parse_json
    parsing(modules, prune)


@defect("validation", BODIES)
def what_follows_the_json_is_ignored(modules: Modules) -> None:
    """After a valid body anything may come."""

    def first(raw: bytes) -> Any:
        try:
            text = raw.decode().lstrip()
            end = json.JSONDecoder().raw_decode(text)[1]
        except ValueError:
            return parse(raw)
        return parse(text[:end].encode())

    parse = modules.json_input.parse_json
    parsing(modules, first)


@defect("validation", BODIES)
def a_member_may_be_given_twice(modules: Modules) -> None:
    """Of two members of one name the last one counts."""
    modules.json_input.lost_members = lambda raw, value: False


@defect("validation", BODIES)
def nan_is_a_number(modules: Modules) -> None:
    """NaN, which is no JSON, is stored as null."""

    def tolerant(raw: bytes) -> Any:
        return parse(re.sub(rb"\bNaN\b|-?\bInfinity\b", b"null", raw))

    parse = modules.json_input.parse_json
    parsing(modules, tolerant)


@defect("validation", BODIES)
def broken_utf8_is_repaired(modules: Modules) -> None:
    """Bytes that are no UTF-8 are replaced instead of refused."""
    parse = modules.json_input.parse_json
    parsing(modules, lambda raw: parse(raw.decode("utf-8", "replace").encode()))


@defect("validation", BODIES)
def trailing_commas_are_taken(modules: Modules) -> None:
    """A comma may stand after the last member."""
    parse = modules.json_input.parse_json
    parsing(modules, lambda raw: parse(re.sub(rb",\s*([}\]])", rb"\1", raw)))


@defect("validation", BODIES)
def half_a_body_is_taken(modules: Modules) -> None:
    """JSON that breaks off is completed."""

    def complete(raw: bytes) -> Any:
        for end in (b"", b"}", b'"}', b"}}", b"]}"):
            try:
                return msgspec.json.decode(raw + end)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                continue
        return parse(raw)

    parse = modules.json_input.parse_json
    parsing(modules, complete)


@defect("validation", BODIES)
def broken_json_is_no_body(modules: Modules) -> None:
    """A body that is not JSON passes for an empty object."""

    def tolerant(raw: bytes) -> Any:
        try:
            return parse(raw)
        except modules.replies.Refusal:
            return {}

    parse = modules.json_input.parse_json
    parsing(modules, tolerant)


@defect("validation", BODIES)
def broken_json_is_a_failure(modules: Modules) -> None:
    """A body that is not JSON ends in a 500."""
    parsing(modules, msgspec.json.decode)


@defect("validation", TYPES)
def any_media_type_is_json(modules: Modules) -> None:
    """A body is read as JSON whatever its Content-Type says."""
    modules.http_input.check_content_type = lambda headers: None


@defect("validation", TYPES)
def a_compressed_body_is_taken_as_it_is(modules: Modules) -> None:
    """A Content-Encoding that the server does not know is passed over."""
    modules.http_input.check_content_encoding = lambda headers: None


@defect("validation", "refusal/missing-body")
def a_required_body_may_be_missing(modules: Modules) -> None:
    """Without the required body a request is taken for one with an empty object."""
    body = modules.http_input.Arguments.body

    def empty(self: Any, raw: bytes, headers: Any) -> Any:
        expected = self._operation.body
        if not raw and expected.required:
            return modules.json_input.Json({}, expected.model)
        return body(self, raw, headers)

    modules.http_input.Arguments.body = empty


def reading(modules: Modules, kind: str, read: Any) -> None:
    """Let `read` make another text of each parameter of a kind."""
    value = modules.http_input.Arguments._value

    def edited(self: Any, parameter: Any, text: str) -> Any:
        return value(self, parameter, read(text) if parameter.kind == kind else text)

    modules.http_input.Arguments._value = edited


@defect("validation", PARAMETERS)
def booleans_are_generous(modules: Modules) -> None:
    """1, yes and True are true, everything else is false."""
    reading(modules, "boolean", lambda t: "true" if t.lower() in ("1", "yes", "true") else "false")


@defect("validation", PARAMETERS)
def integers_are_read_by_python(modules: Modules) -> None:
    """Blanks, a plus and underscores may be in an integer."""

    def read(text: str) -> str:
        try:
            return str(int(text))
        except ValueError:
            return text

    reading(modules, "integer", read)


@defect("validation", PARAMETERS)
def integers_may_have_a_fraction(modules: Modules) -> None:
    """A number with a fraction is cut to an integer."""
    reading(modules, "integer", lambda text: re.sub(r"^(-?\d+)\.\d*$", r"\1", text))


@defect("validation", PARAMETERS)
def parameters_have_no_bounds(modules: Modules) -> None:
    """An integer below the minimum is raised to it, one above the maximum lowered."""
    value = modules.http_input.Arguments._value

    def lowered(self: Any, parameter: Any, text: str) -> Any:
        return value(self, parameter, bounded(parameter, text))

    modules.http_input.Arguments._value = lowered


def bounded(parameter: Any, text: str) -> str:
    """The text of an integer, within its bounds."""
    if parameter.kind != "integer" or not re.fullmatch(r"-?\d{1,40}", text):
        return text
    schema = parameter.schema
    number = max(int(text), schema.get("minimum", int(text)))
    return str(min(number, schema.get("maximum", number)))


@defect("validation", PARAMETERS)
def date_times_need_no_offset(modules: Modules) -> None:
    """A date-time without an offset is taken for UTC."""
    canonical = modules.instants.canonical

    def zoned(text: str) -> str:
        return text + "Z" if re.fullmatch(r"[\d-]{10}[Tt][\d:.]+", text) else canonical(text)

    modules.instants.canonical = zoned


@defect("validation", PARAMETERS)
def dates_are_date_times(modules: Modules) -> None:
    """A day alone is taken for its midnight."""
    reading(
        modules,
        "date-time",
        lambda text: f"{text}T00:00:00Z" if re.fullmatch(r"[\d-]{10}", text) else text,
    )


@defect("validation", PARAMETERS)
def a_blank_is_a_t(modules: Modules) -> None:
    """Between day and time of a date-time a blank may stand."""
    reading(modules, "date-time", lambda text: re.sub(r"^([\d-]{10}) ", r"\1T", text))


@defect("validation", PARAMETERS)
def empty_parameters_are_absent(modules: Modules) -> None:
    """A parameter without a value passes for one that is not there."""
    query_of = modules.http_input.query_of

    def filled(raw: bytes, known: Any) -> Any:
        return {n: kept for n, v in query_of(raw, known).items() if (kept := [x for x in v if x])}

    modules.http_input.query_of = filled


@defect("validation", "refusal/accept")
def accept_is_ignored(modules: Modules) -> None:
    """A client that takes images only gets JSON."""
    modules.endpoints.check_accept = lambda accept, produces: None


@defect("validation", "law/update-needs-a-body")
def an_update_of_nothing_succeeds(modules: Modules) -> None:
    """An update without a body answers as if it had updated something."""
    update = modules.resource_class.update

    async def idle(self: Any, body: Any, **keywords: Any) -> Any:
        if body is None:
            return modules.replies.json_reply(b"{}")
        return await update(self, body, **keywords)

    modules.resource_class.update = idle
