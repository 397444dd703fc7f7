"""Servers that were never meant to conform: the judge says plainly what is wrong with each, once,
and does not stumble over what they answer."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from specpipe.conformance.oracle import path_values
from specpipe.conformance.report import Report, read
from specpipe.pipeline import read_spec
from specpipe.spec.model import Create, Operation
from specpipe.workspace import ROOT, SPEC

_, API = read_spec(SPEC)
CREATE = next(o for o in API.operations if isinstance(o.behaviour, Create))
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
            status, media_type, body = answer(
                min(found, key=lambda it: it[0])[1] if found else None
            )
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


@dataclass(frozen=True)
class Judged:
    """Such a server, and what was printed and reported of it."""

    name: str
    said: str
    report: Report

    def broken(self, kind: str) -> int:
        """How many checks of a kind departed."""
        return sum(1 + len(found.also) for found in self.report.findings if found.kind == kind)


@pytest.fixture(scope="module", params=ANSWERS, ids=lambda answer: answer.__name__)
def judged(request: pytest.FixtureRequest, once: Callable[..., Path]) -> Judged:
    name = request.param.__name__

    def make(folder: Path) -> None:
        with answering(request.param) as url:
            command = [sys.executable, "-m", "specpipe", "conformance", f"--base-url={url}"]
            command += ["--allow-writes=all", "--profile=smoke", f"--report-dir={folder}"]
            if request.param is not example:  # that one operation answers so tells enough of it
                command += [f"--operation={CREATE.id}"]
            result = subprocess.run(
                command,
                cwd=ROOT,
                env={**os.environ, "API_KEY": "any"},
                capture_output=True,
                text=True,
                check=False,
            )
        (folder / "said").write_text(f"{result.stdout}{result.stderr}exit {result.returncode}")

    folder = once(f"judged-{name}", make)
    return Judged(name, (folder / "said").read_text(), read(folder / "report.json"))


def test_it_departs_and_the_judgement_comes_to_its_end(judged: Judged) -> None:
    assert judged.report.word == "departs", judged.said
    assert judged.said.endswith("exit 1")
    assert "Traceback" not in judged.said
    assert {"law", "story", "access"} <= {found.kind for found in judged.report.findings}


def test_each_departure_is_told_once_and_in_plain_words(judged: Judged) -> None:
    findings = judged.report.findings
    told = [(found.kind, found.name, found.message) for found in findings]
    assert len(told) == len(set(told))
    for found in findings:
        assert not re.search(r"KeyError|TypeError|Attribute|NoneType|subscript", found.message)
        assert len(found.message) < 1000, found.message


def test_every_law_is_judged_and_what_one_cause_breaks_is_one_finding(judged: Judged) -> None:
    laws = [check for check in judged.report.plan.checks if check.startswith("law/")]
    held = sum(held.kind == "law" for held in judged.report.held)
    assert judged.broken("law") + held == len(laws)
    assert held < len(laws) / 4
    different = sum(found.kind == "law" for found in judged.report.findings)
    assert judged.name == "example" or different < len(laws) / 2
    if judged.name == "example":
        assert "two creates gave the id" in judged.said
