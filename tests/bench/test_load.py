"""Loads: what wrk says is read, and what goes wrong is told in one line."""

from __future__ import annotations

import http.server
import shutil
import threading

import pytest

from specpipe.bench.load import Request, check_wrk, read_load, run_load
from specpipe.diagnostics import ToolError

needs_wrk = pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")


class Handler(http.server.BaseHTTPRequestHandler):
    """Notes what it is asked; answers 404 below /none."""

    protocol_version = "HTTP/1.1"
    asked: set[tuple[str, str, bytes]]

    def do_GET(self):
        size = int(self.headers.get("Content-Length", 0))
        self.asked.add((self.command, self.path, self.rfile.read(size)))
        self.send_response(404 if self.path.startswith("/none") else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    handler = type("Noting", (Handler,), {"asked": set()})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", handler.asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_without_wrk_one_line_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match=r"wrk, .* is not installed: `apt-get install wrk`"):
        check_wrk()


def test_what_the_script_prints_is_read():
    load = read_load("Running 1s test\nmeasured 500 2000000 0 1500 25000\n", "GET /")
    assert (load.requests, load.seconds, load.p50, load.p99) == (500, 2.0, 1.5, 25.0)
    assert load.per_second == 250.0


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("measured 10 1000000 3 1 1", "GET /a: 3 of 10 requests failed"),
        ("measured 0 1000000 0 0 0", "GET /a: no answer in 1 s"),
        ("unable to connect", "wrk measured nothing of GET /a: unable to connect"),
    ],
)
def test_a_load_that_failed_is_no_figure(said, told):
    with pytest.raises(ToolError, match=told):
        read_load(said, "GET /a")


@needs_wrk
def test_all_paths_are_sent_with_method_and_body(server):
    url, asked = server
    load = run_load(url, [Request("POST", "/a?b=c%20d", b'{"e": 1}'), Request("POST", "/f")], 2, 1)
    assert load.requests > 1
    assert asked == {("POST", "/a?b=c%20d", b'{"e": 1}'), ("POST", "/f", b'{"e": 1}')}


@needs_wrk
def test_a_status_that_is_no_success_is_told(server):
    url, _ = server
    with pytest.raises(ToolError, match=r"GET /none: .* requests failed"):
        run_load(url, [Request("GET", "/none")], 1, 1)
