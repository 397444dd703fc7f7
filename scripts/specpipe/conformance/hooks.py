"""What schemathesis loads: our laws as one of its checks, and what it must not ask for.

It runs in the process of `st run`; `fuzz.run` says by environment variables what it is about
and reads the outcome from a file.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import schemathesis
from requests.adapters import HTTPAdapter
from schemathesis.core import NOT_SET

from specpipe.conformance.gate import Gate, Reading
from specpipe.conformance.laws_of_cases import Accepted, check_accepted
from specpipe.conformance.ledger import Broken, Ledger
from specpipe.conformance.oracle import path_values
from specpipe.conformance.pace import Pace
from specpipe.conformance.subject import Missing, Subject
from specpipe.conformance.wire import Unreachable, Wire
from specpipe.pipeline import read_spec
from specpipe.spec.model import Operation, Update, reads_only

DOCUMENT, API = read_spec(Path(os.environ["SPECPIPE_SPEC"]))
OPERATIONS = {(o.method, o.path): o for o in API.operations}


READ_ONLY = os.environ.get("SPECPIPE_READ_ONLY") == "1"
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
    """The last gate before the network, for cases that no filter has seen."""
    if READ_ONLY and not harmless(case):
        raise RuntimeError(f"{case.method} {case.path} must not be sent to somebody's server")


@schemathesis.check
class laws:
    """Whatever `x-resource` implies for a request that the server has accepted."""

    def __init__(self) -> None:
        key = os.environ.get("SPECPIPE_KEY")
        header = API.key.header if API.key is not None else None
        gate = Reading(PACE) if READ_ONLY else Gate(PACE)
        wire = Wire(os.environ["SPECPIPE_BASE_URL"], header, key, gate)
        self._subjects = {r.name: Subject(DOCUMENT, API, r, wire, Ledger()) for r in API.resources}
        self._cases: Counter[str] = Counter()
        self._accepted: Counter[str] = Counter()
        self._laws: Counter[str] = Counter()
        self._sequence = hashlib.sha256()

    def after_response(self, ctx: Any, response: Any, case: Any) -> None:
        """Count the case; when it was accepted, check the law for its verb."""
        request = response.request
        parts = urlsplit(request.url)
        line = f"{request.method} {parts.path}?{parts.query}\n".encode()
        body = request.body or b""
        self._sequence.update(line + (body.encode() if isinstance(body, str) else bytes(body)))
        operation = OPERATIONS.get((request.method, case.path))
        if operation is None:
            return
        self._cases[operation.id] += 1
        if response.status_code == operation.success.status:
            if operation.body is None or request.body:
                self._accepted[operation.id] += 1
            self._check(operation, parts.path, response, case)

    def _check(self, operation: Operation, path: str, response: Any, case: Any) -> None:
        if operation.behaviour is None:
            return
        try:
            reply = json.loads(response.content) if response.content else None
        except ValueError:
            return  # a check of schemathesis' own tells about that
        body = None if case.body is NOT_SET else case.body
        base = urlsplit(os.environ["SPECPIPE_BASE_URL"]).path.rstrip("/")
        values = path_values(operation.path, path.removeprefix(base)) or {}
        accepted = Accepted(operation, values, case.query, body, reply)
        try:
            name = check_accepted(self._subjects[operation.behaviour.resource.name], accepted)
        except Missing:
            return
        except Broken as broken:
            detail = f" [{broken.exchange}]" if broken.exchange else ""
            raise AssertionError(f"{operation.behaviour.verb}: {broken.message}{detail}") from None
        except (KeyError, TypeError, AttributeError, ValueError, Unreachable) as error:
            text = f"{operation.behaviour.verb}: a reply does not have the documented form: {error}"
            raise AssertionError(text) from None
        if name is not None:
            self._laws[operation.id] += 1

    def after_run(self, ctx: Any) -> None:
        """Leave the counts for the judge."""
        outcome = {
            "cases": dict(self._cases),
            "accepted": dict(self._accepted),
            "laws": dict(self._laws),
            "sequence": self._sequence.hexdigest(),
        }
        Path(os.environ["SPECPIPE_OUTCOME"]).write_text(json.dumps(outcome))
