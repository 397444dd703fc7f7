"""What schemathesis fails is told in plain words, with the place in the spec."""

from __future__ import annotations

import json

import pytest
from schemathesis.core import failures as general
from schemathesis.openapi import checks as kinds

from specpipe import pipeline
from specpipe.conformance.departures import Seen, departure, unanswered
from specpipe.conformance.exchange import Exchange
from specpipe.conformance.fuzz_checks import CHECKS
from specpipe.conformance.oracle import Oracle
from specpipe.workspace import SPEC

DOCUMENT, API = pipeline.read_spec(SPEC)
ORACLE = Oracle(DOCUMENT, API)
GET = next(o for o in API.operations if o.method == "GET" and o.parameters_in("path"))
LABEL = f"{GET.method} {GET.path}"
COMMON = {"operation": LABEL, "message": "A title\n\n    of  many lines"}


def exchange(status=200, body=b"{}"):
    return Exchange("GET", "http://h/x", {}, None, status, {}, body)


def told(check, failure, status=200, body=b"{}", valid=True):
    found = departure(check, failure, Seen(GET, exchange(status, body), valid), ORACLE)
    assert found.message.startswith(f"{LABEL} ")
    assert found.operation == GET.id
    assert (found.check, found.statement) == CHECKS[check]
    assert found.pointer in DOCUMENT.places
    return found


def cases():
    """A failure of each kind, the check it is of, and what is told of it."""
    server = general.ServerError(operation=LABEL, status_code=500)
    yield "not_a_server_error", server, "failed with 500 on a request that the spec allows"
    accepted = general.AcceptedNegativeData(
        operation=LABEL,
        message="Invalid data should have been rejected\nExpected: 4xx\nInvalid component: in query",
        status_code=200,
        expected_statuses=[],
    )
    text = "accepted with 200 what the spec does not allow: in query"
    yield "negative_data_rejection", accepted, text
    refused = kinds.RejectedPositiveData(**COMMON, status_code=422, allowed_statuses=[])
    yield "positive_data_acceptance", refused, "refused with 422 a request that the spec allows"
    method = kinds.UnsupportedMethodResponse(
        **COMMON, method="TRACE", status_code=200, failure_reason="wrong_status"
    )
    yield "unsupported_method", method, "with the method TRACE, which the spec lacks, answered 200"
    auth = kinds.IgnoredAuth(**COMMON, scenario=kinds.AuthScenario.NO_AUTH)
    yield "ignored_auth", auth, "let no key in"
    law = general.CustomFailure(
        operation=LABEL, title="laws", message="get: it is not there", exception=AssertionError()
    )
    yield "laws", law, "broke a law: get: it is not there"
    status = kinds.UndefinedStatusCode(
        **COMMON, status_code=200, defined_status_codes=[], allowed_status_codes=[]
    )
    listed = ", ".join(str(r.status) for r in GET.responses)
    yield "status_code_conformance", status, f"answered 200; the spec lists {listed}"
    media = kinds.UndefinedContentType(**COMMON, content_type="text/x", defined_content_types=[])
    text = "answered 200 with text/x; the spec says application/json"
    yield "content_type_conformance", media, text
    absent = kinds.MissingContentType(**COMMON, media_types=[])
    text = "answered 200 without a Content-Type; the spec says application/json"
    yield "content_type_conformance", absent, text
    broken = kinds.ContentDeserializationError(**COMMON)
    yield "response_schema_conformance", broken, "answered 200 with a body that is not JSON"
    headers = kinds.MissingHeaders(**COMMON, missing_headers=["x"])
    yield "response_headers_conformance", headers, "answered 200: A title of many lines"


@pytest.mark.parametrize(("check", "failure", "text"), list(cases()))
def test_each_kind_of_failure_is_one_plain_line(check, failure, text):
    found = told(check, failure)

    assert found.message == f"{LABEL} {text}"
    assert "\n" not in found.message


def test_a_server_error_on_an_invalid_request_says_so():
    failure = general.ServerError(operation=LABEL, status_code=503)

    assert told("not_a_server_error", failure, valid=False).message.endswith(
        "failed with 503 on an invalid request"
    )


def test_an_answer_that_is_not_what_its_schema_says_points_to_the_keyword():
    thing = json.dumps(GET.success.example | {"created": {"value": "yesterday"}}).encode()
    (error,) = ORACLE.validator(GET.success.schema).iter_errors(json.loads(thing))
    failure = kinds.JsonSchemaError(operation=LABEL, exc=error, root_schema={})
    found = told("response_schema_conformance", failure, body=thing)

    assert found.message.endswith(
        'a body that is wrong at created/value: "yesterday" is not a "date-time"'
    )
    assert DOCUMENT.at(found.pointer).pointer == found.pointer
    line = SPEC.read_text().splitlines()[DOCUMENT.at(found.pointer).line - 1]
    assert "date-time" in line
    assert found.place.endswith(found.pointer)


def test_no_answer_is_a_departure_of_its_own():
    found = unanswered(GET, "Connection\nreset")

    assert found.message == f"{LABEL} got no answer: Connection reset"


def test_every_check_of_schemathesis_has_a_name_and_a_statement_of_ours():
    from schemathesis.checks import CHECKS as theirs
    from schemathesis.checks import load_all_checks

    load_all_checks()
    known = {name for name in theirs.get_all_names() if not name.startswith("laws")}
    # It needs two users at least, which the judge has not.
    assert known - CHECKS.keys() <= {"object_level_authorization"}


@pytest.mark.parametrize(
    ("request_", "command"),
    [
        (
            Exchange("POST", "http://h/a/../b", {"accept": "*/*"}, b"{}", 200, {}, b"", "key"),
            'curl -i -X POST --path-as-is http://h/a/../b -H "key: $API_KEY" -H content-type: '
            "--data-binary '{}'",
        ),
        (
            Exchange("POST", "http://h/", {"content-type": "a/b"}, b"\xff\x00", 200, {}, b""),
            "printf '\\xff\\x00' | curl -i -X POST http://h/ -H 'content-type: a/b' "
            "--data-binary @-",
        ),
        (
            Exchange("GET", "http://h/?a=[]", {"host": "h", "x": ""}, None, 200, {}, b""),
            "curl -i -X GET -g 'http://h/?a=[]' -H 'x;'",
        ),
    ],
)
def test_a_curl_line_sends_what_was_sent(request_, command):
    assert request_.curl() == command


@pytest.mark.parametrize("body", [b'{"id": "a", "id": "b"}', b"[" * 100_000])
def test_an_answer_that_schemathesis_reads_and_others_do_not_is_a_departure_too(body):
    (error, *_) = ORACLE.validator(GET.success.schema).iter_errors([])
    failure = kinds.JsonSchemaError(operation=LABEL, exc=error, root_schema={})
    message = told("response_schema_conformance", failure, body=body).message

    assert message.endswith(("answered 200: id is given twice", "it is nested too deep"))
