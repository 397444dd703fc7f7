"""What schemathesis found, in plain words: it runs in the process of `st run`, and what it makes of
a failure reaches the judge as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from schemathesis.core import failures as general
from schemathesis.openapi import checks as kinds

from specpipe.conformance.exchange import Exchange
from specpipe.conformance.fuzz_checks import CHECKS, NO_ANSWER
from specpipe.conformance.oracle import Oracle
from specpipe.spec.model import Operation, Response
from specpipe.spec.nodes import escape

SHOWN = 300
"""Characters of an answer or of a message that people are shown."""


@dataclass(frozen=True, slots=True)
class Departure:
    """One thing found. `place` tells apart what one check finds wrong with one operation."""

    operation: str
    check: str
    statement: str
    message: str
    place: str
    pointer: str
    curl: str | None = None
    answer: str | None = None
    size: int = 0
    """Of the request, bytes: of several that show the same the smallest is told."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check looked at; `valid` says whether the request was one that the spec allows."""

    operation: Operation
    exchange: Exchange | None
    valid: bool


Told = tuple[str, str, str]
"""A message, what tells the place apart, and the pointer of what is departed from."""


def departure(check: str, failure: general.Failure, seen: Seen, oracle: Oracle) -> Departure:
    """A failure of one of schemathesis' checks."""
    name, statement = CHECKS.get(check, (check.replace("_", "-"), failure.title))
    operation, exchange = seen.operation, seen.exchange
    message, place, pointer = of_request(failure, seen) or of_answer(failure, seen, oracle)
    return Departure(
        operation.id,
        name,
        statement,
        f"{operation.method} {operation.path} {message}",
        f"{type(failure).__name__} {place}",
        pointer,
        exchange.curl() if exchange is not None else None,
        exchange.answer(SHOWN) if exchange is not None else None,
        len(exchange.url) + len(exchange.request_body or b"") if exchange is not None else 0,
    )


def of_request(failure: general.Failure, seen: Seen) -> Told | None:
    """What is wrong with what was made of a request; None when that is not what it is about."""
    place = ""
    match failure:
        case general.ServerError():
            kind = "a request that the spec allows" if seen.valid else "an invalid request"
            message = f"failed with {failure.status_code} on {kind}"
        case general.AcceptedNegativeData():
            wrong = plain(failure.message.partition("Invalid component:")[2])
            status = failure.status_code
            how = "accepted" if status < 500 else "did not refuse but failed"
            message = f"{how} with {status} what the spec does not allow: {wrong}"
        case kinds.RejectedPositiveData():
            place = str(failure.status_code)
            message = f"refused with {place} a request that the spec allows"
        case kinds.UnsupportedMethodResponse():
            place = "without the header Allow" if failure.allow_header_present is False else ""
            text = f"with the method {failure.method}, which the spec lacks, answered"
            message = f"{text} {failure.status_code} {place}".strip()
        case kinds.IgnoredAuth():
            place = "no key" if failure.scenario == kinds.AuthScenario.NO_AUTH else "a wrong key"
            message = f"let {place} in"
        case general.CustomFailure():
            text = plain(failure.message)
            place, message = text.partition(":")[0], f"broke a law: {text}"
        case _:
            return None
    return message, place, seen.operation.pointer


def of_answer(failure: general.Failure, seen: Seen, oracle: Oracle) -> Told:
    """What is wrong with an answer by itself."""
    operation, exchange = seen.operation, seen.exchange
    status = exchange.status if exchange is not None else 0
    response = next((r for r in operation.responses if r.status == status), None)
    pointer = response.pointer if response is not None else f"{operation.pointer}/responses"
    media_type = response.media_type if response is not None else None
    match failure:
        case kinds.UndefinedStatusCode():
            listed = ", ".join(str(r.status) for r in operation.responses)
            text = f"answered {failure.status_code}; the spec lists {listed}"
            return text, str(failure.status_code), f"{operation.pointer}/responses"
        case kinds.MissingContentType():
            text = f"answered {status} without a Content-Type; the spec says {media_type}"
            return text, str(status), pointer
        case kinds.UndefinedContentType():
            text = f"answered {status} with {failure.content_type}; the spec says {media_type}"
            return text, str(status), pointer
        case general.MalformedJson() | kinds.ContentDeserializationError():
            return f"answered {status} with a body that is not JSON", str(status), pointer
        case kinds.JsonSchemaError() if exchange is not None and response is not None:
            return misshapen(failure, exchange, response, oracle)
    text = plain(failure.message) or failure.title
    return f"answered {status}: {text}", failure.title, pointer


def misshapen(
    failure: kinds.JsonSchemaError, exchange: Exchange, response: Response, oracle: Oracle
) -> Told:
    """An answer that is not what its schema says: the pointer is that of the keyword."""
    if response.schema is None:
        return f"answered {exchange.status}: {plain(failure.message)}", "", response.pointer
    try:
        body = exchange.json()
    except ValueError as unread:  # schemathesis reads what is no JSON to others: a member twice
        return f"answered {exchange.status}: {plain(str(unread))}", "", response.pointer
    for error in oracle.validator(response.schema).iter_errors(body):
        where = "/".join(map(str, error.instance_path)) or "its top"
        keyword = pointer_of(error.schema_path)
        text = f"answered {exchange.status} with a body that is wrong at {where}: {error.message}"
        return text[:SHOWN], keyword, keyword
    return f"answered {exchange.status}: {plain(failure.message)}", "", response.pointer


def unanswered(operation: Operation, why: str) -> Departure:
    """A request that got no answer, from a server that goes on answering others."""
    message = f"{operation.method} {operation.path} got no answer: {plain(why)}"
    return Departure(operation.id, *NO_ANSWER, message, "", operation.pointer)


def pointer_of(path: list[Any]) -> str:
    """A path of members as a JSON pointer."""
    return "".join(f"/{escape(str(step))}" for step in path)


def plain(text: str) -> str:
    """`text` in one line, cut off where it gets long."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[:SHOWN] + "…"
