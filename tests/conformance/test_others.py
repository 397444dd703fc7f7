"""Servers that were never meant to conform: the judge says plainly what is wrong with each, once,
and does not stumble over what they answer."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from specpipe.conformance.oracle import path_values
from specpipe.conformance.report import Report, read
from specpipe.pipeline import read_spec
from specpipe.spec.model import Operation
from specpipe.workspace import SPEC

DOCUMENT, API = read_spec(SPEC)
Answer = tuple[int, str | None, bytes]


def example(operation: Operation | None) -> Answer:
    """As a mock: the documented example, whatever was asked."""
    if operation is None:
        return 404, "text/plain", b"unknown"
    answer = operation.success
    body = b"" if answer.media_type is None else json.dumps(answer.example).encode()
    return answer.status, answer.media_type, body


def unwritten(operation: Operation | None) -> Answer:
    """As a stub that nobody has filled in."""
    return 500, "application/json", b'{"detail":"Not implemented"}'


def page(operation: Operation | None) -> Answer:
    """As something that is no API at all."""
    return 200, "text/html", b"<!doctype html><title>Welcome</title>"


def other_form(operation: Operation | None) -> Answer:
    """As another API: JSON of another form."""
    return 200, "application/json", b'[{"error": null}, 7]'


ANSWERS = [example, unwritten, page, other_form]


@contextmanager
def answering(answer: Callable[[Operation | None], Answer]) -> Iterator[str]:
    """The URL of a server that answers so."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            path = self.path.partition("?")[0]
            found = [
                (len(values), operation)
                for operation in API.operations
                if operation.method == self.command
                and (values := path_values(operation.path, path)) is not None
            ]
            status, media_type, body = answer(min(found, key=lambda it: it[0])[1] if found else None)
            self.send_response(status)
            if media_type is not None:
                self.send_header("Content-Type", media_type)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = handle_any

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module", params=ANSWERS, ids=lambda answer: answer.__name__)
def judged(request, once) -> tuple[str, Report, str]:
    """Of one such server: what it is, the report, and all that was printed."""
    from .conftest import run_make

    def make(folder: Path) -> None:
        with answering(request.param) as url:
            given = {"BASE_URL": url, "API_KEY": "any", "ALLOW_WRITES": "all", "PROFILE": "smoke"}
            result = run_make("conformance", REPORT_DIR=str(folder / "reports"), **given)
        (folder / "said").write_text(result.stdout + result.stderr)

    folder = once(f"judged-{request.param.__name__}", make)
    report = read(folder / "reports" / "report.json")
    return request.param.__name__, report, (folder / "said").read_text()


def test_it_departs_and_the_judgement_comes_to_its_end(judged):
    _, report, said = judged
    assert report.word == "departs", said
    assert "Traceback" not in said
    assert re.search(r"^DEPARTS", said, re.M)
    kinds = {finding.kind for finding in report.findings}
    assert {"law", "story", "access"} <= kinds


def test_each_departure_is_told_once_and_in_words(judged):
    _, report, _ = judged
    told = [(finding.kind, finding.name, finding.message) for finding in report.findings]
    assert len(told) == len(set(told))
    for finding in report.findings:
        assert not re.search(r"\b\w+(Error|Exception)\(|KeyError|TypeError|NoneType", finding.message)
        assert len(finding.message) < 600, finding.message


def test_what_one_cause_breaks_is_one_finding(judged):
    name, report, _ = judged
    laws = [finding for finding in report.findings if finding.kind == "law"]
    broken = sum(1 + len(finding.also) for finding in laws)
    assert broken > 15
    assert name == "example" or len(laws) < broken / 2


def test_a_mock_is_judged_by_every_law_although_all_its_things_have_one_id(judged):
    name, report, _ = judged
    if name != "example":
        return
    said = " ".join(finding.message for finding in report.findings)
    assert "two creates gave the id" in said
    assert "nothing more is written" not in said
    assert len([check for check in report.plan.checks if check.startswith("law/")]) == sum(
        kind == "law" for kind in (*(f.kind for f in report.findings for _ in (f.name, *f.also)),
                                   *(held.kind for held in report.held))
    )
