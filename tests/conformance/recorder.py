"""A proxy in front of a server that notes every request and its answer, whoever sends it."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from specpipe.conformance.process import Running


@dataclass(frozen=True)
class Seen:
    method: str
    target: str
    agent: str
    body: bytes
    status: int
    reply: bytes
    at: float


def nothing(seen: Seen) -> bool:
    return False


@dataclass
class Recorder:
    running: Running
    seen: list[Seen] = field(default_factory=list)
    keeps_back: Callable[[Seen], bool] = nothing
    """Of which requests the answer is never given, though the server has done its work."""
    kept_back: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def recorded(server: Running) -> Iterator[Recorder]:
    upstream = urlsplit(server.base_url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            at = time.monotonic()
            connection = http.client.HTTPConnection(upstream.hostname, upstream.port, timeout=30)
            connection.request(self.command, self.path, body or None, dict(self.headers))
            answer = connection.getresponse()
            reply = answer.read()
            agent = self.headers.get("user-agent", "")
            seen = Seen(self.command, self.path, agent, body, answer.status, reply, at)
            recorder.seen.append(seen)
            if recorder.keeps_back(seen):
                recorder.kept_back.set()
                recorder.over.wait()
                return
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in (
                    "content-length",
                    "transfer-encoding",
                    "connection",
                    "date",
                    "server",
                ):
                    self.send_header(name, value)
            if answer.status != 204:
                self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)
            connection.close()

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_TRACE = pass_on

        def log_message(self, format, *args):
            pass

    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    proxy.daemon_threads = True
    recorder = Recorder(Running(f"http://127.0.0.1:{proxy.server_port}", server.key))
    thread = threading.Thread(target=proxy.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield recorder
    finally:
        recorder.over.set()
        proxy.shutdown()
        proxy.server_close()
