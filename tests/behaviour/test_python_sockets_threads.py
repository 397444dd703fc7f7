"""The transport over plain sockets: closing, threads, forks, Ctrl-C, and what is left behind."""

from __future__ import annotations

import gc
import importlib
import itertools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from specpipe.spec.model import Api

from . import sockets
from .asking import OK, Asking, always, failure
from .conftest import Reply, Stub


def closed_during(ask: Asking, wait: Callable[[], object]) -> str:
    """What a call says whose transport is closed after `wait`."""
    errors: list[Any] = []
    limits = {"total": 60.0, "connect": 60.0}
    thread = threading.Thread(target=lambda: errors.append(failure(ask, **limits)))
    thread.start()
    wait()
    ask.transport.close()
    thread.join(5)
    assert not thread.is_alive()
    return str(errors[0])


@pytest.mark.parametrize("script", [sockets.silence, sockets.a_head, sockets.half_a_head])
def test_closing_ends_a_call(asking: Any, script: sockets.Script) -> None:
    with sockets.scripted(script) as server:
        ask = asking(server.url)
        text = closed_during(ask, lambda: (server.requests(1), time.sleep(0.1)))
        assert text.endswith(": the client was closed during the call")
        assert server.closed.acquire(timeout=5)
    with pytest.raises(ask.sdk.ApiError, match="the client is closed"):
        ask()


def test_closing_ends_a_connection_that_is_being_made(asking: Any) -> None:
    with sockets.unanswering() as url:
        text = closed_during(asking(url), lambda: time.sleep(0.2))
        assert text.endswith(": the client was closed during the call")


def test_closing_spares_no_connection_that_comes_back(
    asking: Any, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.answer(Reply(body=b"ok"))
    ask = asking(stub.url)
    answer = importlib.import_module(f"{ask.sdk.__name__}.transports._answer").Answer
    release = answer.release

    def released(self: Any) -> None:
        release(self)
        ask.transport.close()

    monkeypatch.setattr(answer, "release", released)
    assert ask().body == b"ok"
    assert (ask.transport._idle, ask.transport._busy) == ([], set())


def test_closing_spares_no_connection_that_is_taken(
    asking: Any, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.answer(Reply(body=b"ok"))
    ask = asking(stub.url)
    ask()

    def is_quiet(_: Any) -> bool:
        ask.transport.close()
        return True

    monkeypatch.setattr(type(ask.transport._idle[0]), "is_quiet", is_quiet)
    assert str(failure(ask)).endswith(": the client was closed during the call")
    assert len(stub.seen) == 1


def test_threads_never_share_a_connection_at_a_time(asking: Any, stub: Stub) -> None:
    stub.reply = lambda seen: Reply(body=seen.target.encode() * 1000)
    ask = asking(stub.url)
    wrong: list[Any] = []

    def use(thread: int) -> None:
        for number in range(40):
            path = f"/{thread}/{number}"
            if (body := ask(path=path).body) != path.encode() * 1000:
                wrong.append(body)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []
    assert len(stub.seen) == 2000
    assert 0 < len(ask.transport._idle) <= 32
    assert not ask.transport._busy


def test_only_so_many_connections_are_kept(asking: Any, stub: Stub) -> None:
    stub.hold = threading.Event()
    ask = asking(stub.url)
    threads = [threading.Thread(target=ask) for _ in range(40)]
    for thread in threads:
        thread.start()
    while len(stub.seen) < 40:
        time.sleep(0.01)
    stub.hold.set()
    for thread in threads:
        thread.join(10)
    assert len(ask.transport._idle) == 32


@pytest.mark.parametrize("where", ["on_header", "on_body", "on_message_complete"])
def test_ctrl_c_in_the_middle_of_an_answer_ends_the_connection(
    asking: Any, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    with sockets.scripted(always(OK + b"ok")) as server:
        ask = asking(server.url)
        struck_in(where, ask, monkeypatch)
        assert server.requests(2) == 2


def struck_in(where: str, ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that Ctrl-C ends in that method, between two others."""
    answer = importlib.import_module(f"{ask.sdk.__name__}.transports._answer").Answer

    def struck(*_: object) -> None:
        raise KeyboardInterrupt

    ask()
    with monkeypatch.context() as patched:
        patched.setattr(answer, where, struck)
        with pytest.raises(KeyboardInterrupt):
            ask()
    assert (ask.transport._idle, ask.transport._busy) == ([], set())
    assert ask().body == b"ok"


@pytest.mark.parametrize("where", ["on_header", "on_body"])
def test_ctrl_c_counts_while_the_caller_handles_an_exception(
    asking: Any, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    with sockets.scripted(always(OK + b"ok")) as server:
        ask = asking(server.url)
        try:
            raise LookupError
        except LookupError:
            struck_in(where, ask, monkeypatch)


@pytest.mark.parametrize("kept", [True, False])
def test_ctrl_c_anywhere_leaves_no_connection_behind(asking: Any, stub: Stub, kept: bool) -> None:
    """At every line and call of the transport."""
    stub.reply = lambda seen: Reply(body=seen.target.encode())
    for number in itertools.count():
        ask = asking(stub.url)
        if kept:
            ask()
        if not struck_at(number, ask):
            break
        assert ask.transport._busy == set(), number
        assert ask(path=f"/{number}").body == f"/{number}".encode()
        ask.transport.close()
    assert number > 100


def struck_at(number: int, ask: Asking) -> bool:
    """Whether a call has so many places; Ctrl-C ends it at the last."""
    places = itertools.count()

    def trace(frame: FrameType, event: str, _: object) -> Any:
        if "transports" not in frame.f_code.co_filename:
            return None
        # Between the steps of a return nothing is interrupted.
        if event in ("call", "line") and next(places) == number:
            sys.settrace(None)
            raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        ask()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


def test_nothing_is_left_to_the_garbage_collector(asking: Any, stub: Stub) -> None:
    """A parser and what it reports to know each other."""
    stub.answer(Reply(body=b"ok"), Reply(body=b"x", headers={"Content-Encoding": "br"}))
    ask, nobody = asking(stub.url), asking("http://127.0.0.1:1")
    gc.collect()
    gc.disable()
    try:
        ask()
        failure(ask)
        failure(nobody)
        kinds = [(type(it).__module__, type(it).__name__) for it in gc.get_objects()]
        assert (f"{ask.sdk.__name__}.transports._answer", "Answer") not in kinds
    finally:
        gc.enable()


FORKED = """
import os, sys
from {package} import Request
from {package}.transports.sockets import SocketTransport

transport, request = SocketTransport(sys.argv[1]), Request("GET", sys.argv[1] + "/e", {{}})
transport.send(request)
(kept,) = transport._idle
if (child := os.fork()) == 0:
    assert transport._idle == [] and kept._socket.fileno() == -1
    transport.send(request)
    transport.close()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
transport.send(request)
assert transport._idle == [kept]
print("well")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_has_connections_of_its_own(python_folder: Path, api: Api, stub: Stub) -> None:
    run = subprocess.run(
        (sys.executable, "-c", FORKED.format(package=f"{api.package.snake}_client"), stub.url),
        cwd=python_folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (run.stdout, run.stderr) == ("well\n", "")
    assert len(stub.connections) == 2


def test_a_client_that_nobody_closed_leaves_without_a_warning(
    python_folder: Path, api: Api, stub: Stub
) -> None:
    program = (
        f"import sys; from {api.package.snake}_client import Client\n"
        "client = Client(sys.argv[1]); client.workstream_events.delete('e')\n"
        "del client; client = Client(sys.argv[1]); client.workstream_events.delete('e')"
    )
    run = subprocess.run(
        (sys.executable, "-X", "dev", "-W", "error", "-c", program, stub.url),
        cwd=python_folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (run.stdout, run.stderr, run.returncode) == ("", "", 0)
    assert len(stub.seen) == 2
