"""What schemathesis loads: our laws as one of its checks, and what it must not ask for.

It runs in the process of `st run`; `fuzz.running` says by environment variables what it is about
and reads what happens from a pipe, a line of JSON for each event.
"""

from __future__ import annotations

import functools
import json
import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import schemathesis
from requests.adapters import HTTPAdapter
from schemathesis import cli
from schemathesis.cli import EventHandler
from schemathesis.core import NOT_SET
from schemathesis.engine import events
from schemathesis.generation import GenerationMode

from specpipe.conformance.departures import Departure, Seen, departure, plain, unanswered
from specpipe.conformance.exchange import Exchange
from specpipe.conformance.gate import Gate, Reading
from specpipe.conformance.laws_of_cases import Accepted, check_accepted
from specpipe.conformance.ledger import Broken, Ledger
from specpipe.conformance.oracle import Oracle, path_below, path_values
from specpipe.conformance.pace import Pace
from specpipe.conformance.spelling import spelt
from specpipe.conformance.subject import Missing, Subject
from specpipe.conformance.wire import Unreachable, Wire
from specpipe.pipeline import read_spec
from specpipe.spec.model import Operation, Update, reads_only

DOCUMENT, API = read_spec(Path(os.environ["SPECPIPE_SPEC"]))
OPERATIONS = {(o.method, o.path): o for o in API.operations}
LABELS = {f"{o.method} {o.path}": o for o in API.operations}
ORACLE = Oracle(DOCUMENT, API)
READ_ONLY = os.environ.get("SPECPIPE_READ_ONLY") == "1"
EVENTS = os.fdopen(int(os.environ["SPECPIPE_EVENTS"]), "w", encoding="utf-8")
STEP = 0.5
"""Seconds between two events about how far it is."""
UNANSWERED = {"Network Error", "Unhealthy API", "Unresponsive Operation"}
"""Errors of schemathesis' that are the fault of a server."""
NOTHING_TO_DO = "Missing Open API links"
"""An error of schemathesis' when no operation that it may call leads to another one."""


def tell(**event: Any) -> None:
    """Let the judge know."""
    print(json.dumps(event), file=EVENTS, flush=True)


PACE = Pace(float(os.environ.get("SPECPIPE_RATE", "0")))


def paced(send: Callable[..., Any]) -> Callable[..., Any]:
    """`send`, with the pace kept. Whatever schemathesis asks, probes too, comes through there; a
    rate limit of its own would not know of the requests of our laws."""

    @functools.wraps(send)
    def wait_and_send(*arguments: Any, **keywords: Any) -> Any:
        PACE.wait()
        return send(*arguments, **keywords)

    return wait_and_send


HTTPAdapter.send = paced(HTTPAdapter.send)  # type: ignore[method-assign]


def harmless(case: Any) -> bool:
    """Whether a case is for an operation that changes nothing. A method that the spec does not
    have for its path may do anything on somebody's server."""
    operation = OPERATIONS.get((case.method.upper(), case.path))
    return operation is not None and reads_only(operation)


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """Leave out what could do harm, and an update without a body: its body is documented as
    optional, and leaving it out is documented to be refused. A law of its own checks that."""
    if READ_ONLY and not harmless(case):
        return False
    operation = OPERATIONS.get((case.method.upper(), case.path))
    is_update = operation is not None and isinstance(operation.behaviour, Update)
    return not (is_update and case.body is NOT_SET)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """The last gate before the network, for cases that no filter has seen; and text for numbers."""
    case.path_parameters.update(spelt(case.path_parameters))
    case.query.update(spelt(case.query))
    if READ_ONLY and not harmless(case):
        raise RuntimeError(f"{case.method} {case.path} must not be sent to somebody's server")


@schemathesis.check
class laws:
    """Whatever `x-resource` implies for a request that the server has accepted."""

    def __init__(self) -> None:
        key = os.environ.get("SPECPIPE_KEY")
        header = API.key.header if API.key is not None else None
        gate = Reading(PACE) if READ_ONLY else Gate(PACE)
        self._wire = Wire(os.environ["SPECPIPE_BASE_URL"], header, key, gate)
        self._subjects = {
            r.name: Subject(DOCUMENT, API, r, self._wire, Ledger()) for r in API.resources
        }
        self._counts: dict[str, Counter[str]] = {
            name: Counter() for name in ("cases", "accepted", "refused", "laws")
        }
        self._told = 0.0

    def after_response(self, ctx: Any, response: Any, case: Any) -> None:
        """Count the case; when it was accepted, check the law for its verb."""
        request = response.request
        self._wire.sequence.add(request.method, request.url, sent_body(request))
        operation = OPERATIONS.get((request.method, case.path))
        if operation is None:
            return
        self._count("cases", operation)
        if response.status_code == operation.success.status:
            if operation.body is None or request.body:
                self._count("accepted", operation)
            self._check(operation, response, case)
        elif 400 <= response.status_code < 500:
            self._count("refused", operation)

    def _count(self, what: str, operation: Operation) -> None:
        self._counts[what][operation.id] += 1
        if time.monotonic() - self._told > STEP:
            self._told = time.monotonic()
            tell(event="sent", count=self._counts["cases"].total())

    def _check(self, operation: Operation, response: Any, case: Any) -> None:
        if operation.behaviour is None:
            return
        try:
            reply = json.loads(response.content) if response.content else None
        except (ValueError, RecursionError):
            return  # a check of schemathesis' own tells about that
        body = None if case.body is NOT_SET else case.body
        path = path_below(response.request.url, os.environ["SPECPIPE_BASE_URL"])
        values = path_values(operation.path, path) or {}
        accepted = Accepted(operation, values, case.query, body, reply)
        try:
            name = check_accepted(self._subjects[operation.behaviour.resource.name], accepted)
        except Missing:
            return
        except Broken as broken:
            raise AssertionError(f"{operation.behaviour.verb}: {broken.message}") from None
        except (KeyError, TypeError, AttributeError, ValueError, Unreachable) as error:
            text = f"{operation.behaviour.verb}: a reply does not have the documented form: {error}"
            raise AssertionError(text) from None
        if name is not None:
            self._count("laws", operation)

    def after_run(self, ctx: Any) -> None:
        """Leave the counts for the judge."""
        counts = {name: dict(counter) for name, counter in self._counts.items()}
        sequence = self._wire.sequence
        tell(event="counts", **counts, sequence=sequence.digest(), requests=sequence.count)


@cli.handler()
class Telling(EventHandler[Any]):
    """Tells the judge how far it is and what was found."""

    def __init__(self, *arguments: Any, **parameters: Any) -> None:
        self._checks: Counter[str] = Counter()

    def handle_event(self, ctx: Any, event: events.EngineEvent) -> None:
        """Pass an event on."""
        match event:
            case events.PhaseStarted():
                tell(event="phase", name=event.phase.name.value)
            case events.ScenarioFinished():
                tell(event="scenario", phase=event.phase.value, label=event.recorder.label)
                self._found(event.recorder)
            case events.NonFatalError():
                failed(event)
            case events.FatalError():
                tell(event="error", message=str(event.exception), fatal=True)
            case events.EngineFinished():
                checks = dict(self._checks)
                tell(event="finished", reason=event.stop_reason.value, checks=checks)

    def _found(self, recorder: Any) -> None:
        smallest: dict[tuple[str, str, str], Departure] = {}
        for case_id, nodes in recorder.checks.items():
            for node in nodes:
                case = recorder.cases[case_id].value
                operation = LABELS.get(case.operation.label)
                if operation is None:
                    continue
                self._checks[operation.id] += 1
                if node.failure_info is None:
                    continue
                # A check may have sent a request of its own, which is what shows the failure.
                shown = node.failure_info.failure.case_id or case_id
                found = departed(operation, node, case, recorder.find_response(case_id=shown))
                key = (found.operation, found.check, found.place)
                if key not in smallest or found.size < smallest[key].size:
                    smallest[key] = found
        for found in smallest.values():
            tell(event="departure", **asdict(found))


def departed(operation: Operation, node: Any, case: Any, response: Any) -> Departure:
    """What a failed check of a case means."""
    valid = case.meta is None or case.meta.generation.mode == GenerationMode.POSITIVE
    exchange = exchanged(response) if response is not None else None
    seen = Seen(operation, exchange, valid)
    return departure(node.name, node.failure_info.failure, seen, ORACLE)


def exchanged(response: Any) -> Exchange:
    """An answer with its request. The key is left out of the headers where it was ours."""
    request, key = response.request, os.environ.get("SPECPIPE_KEY")
    headers = {name.lower(): text(value) for name, value in request.headers.items()}
    header = API.key.header.lower() if API.key is not None else ""
    ours = bool(key) and headers.get(header) == key
    return Exchange(
        request.method,
        request.url,
        {name: value for name, value in headers.items() if not (ours and name == header)},
        sent_body(request),
        response.status_code,
        {name: values[0] for name, values in response.headers.items()},
        response.content or b"",
        header if ours else None,
    )


def failed(event: events.NonFatalError) -> None:
    """An error in place of an answer: of the server when a request got none, else of the tools."""
    operation, info = LABELS.get(event.label), event.info
    if operation is not None and info.title in UNANSWERED:
        tell(event="departure", **asdict(unanswered(operation, info.message)))
    elif info.title != NOTHING_TO_DO:
        tell(event="error", message=plain(f"{event.label}: {info.title}: {info.message}"))


def sent_body(request: Any) -> bytes:
    """The body of a request as bytes."""
    body = request.body or b""
    return body.encode() if isinstance(body, str) else bytes(body)


def text(value: str | bytes) -> str:
    """The value of a header."""
    return value.decode("latin-1") if isinstance(value, bytes) else value
