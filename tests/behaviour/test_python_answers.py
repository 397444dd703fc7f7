"""Whatever the pieces in which an answer arrives, it is the same answer; half of it is none."""

from __future__ import annotations

import importlib
import itertools
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from . import sockets

PROPERTY = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


VALUE = "".join(map(chr, (*range(0x21, 0x7F), *range(0x80, 0x100))))
"""What a header's value is made of, but for spaces."""


@dataclass(frozen=True)
class Sent:
    """An answer as bytes, and what it means."""

    wire: bytes
    status: int
    headers: dict[str, str]
    body: bytes
    head: int
    """Bytes up to its body."""
    lasting: bool
    """Whether it says where it ends."""


@st.composite
def answers(draw: st.DrawFn) -> Sent:
    """Valid ones, in every framing."""
    status = draw(st.sampled_from([200, 201, 299, 404, 500, 599]))
    body = draw(st.binary(max_size=60))
    names = st.sampled_from(["x-a", "X-B", "Content-Type", "via"])
    given_headers = draw(st.lists(st.tuples(names, st.text(VALUE)), max_size=4))
    framing = draw(st.sampled_from(["length", "chunked", "end"]))
    late = b""
    if framing == "length":
        given_headers.append(("Content-Length", str(len(body))))
        content = body
    elif framing == "chunked":
        given_headers.append(("Transfer-Encoding", "chunked"))
        size = draw(st.integers(1, 20))
        parts = [body[start : start + size] for start in range(0, len(body), size)]
        content = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
        late = draw(st.sampled_from([b"", b"X-Late: 1\r\n"]))
        content += b"0\r\n" + late + b"\r\n"
    else:
        content = body
    interim = draw(st.sampled_from([b"", b"HTTP/1.1 103 Early\r\nX-Late: 1\r\n\r\n"]))
    lines = [f"HTTP/1.1 {status} Reason", *(f"{name}: {value}" for name, value in given_headers)]
    head = interim + "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    headers: dict[str, str] = {}
    for name, value in given_headers:
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return Sent(head + content, status, headers, body, len(head), framing != "end")


@pytest.fixture
def modules(sdk: ModuleType) -> dict[str, ModuleType]:
    """Those of the transport, by their names."""
    names = ("sockets", "_connection", "_answer")
    return {name: importlib.import_module(f"{sdk.__name__}.transports.{name}") for name in names}


def test_the_pieces_do_not_matter(modules: dict[str, ModuleType]) -> None:
    """Each piece is what one read gives: a socket of this kind keeps them apart."""

    @PROPERTY
    @given(answers(), st.sets(st.integers(1, 200)))
    def check(sent: Sent, cuts: set[int]) -> None:
        bounds = [0, *sorted(cut for cut in cuts if cut < len(sent.wire)), len(sent.wire)]
        pieces = [sent.wire[a:b] for a, b in itertools.pairwise(bounds)]
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        here.setblocking(False)
        with there:
            for piece in pieces:
                there.send(piece)
            there.shutdown(socket.SHUT_WR)
            answer = modules["_answer"].Answer("GET")
            limits = modules["_connection"].Limits(10.0, None)
            connection = modules["_connection"].Connection(here)
            connection.exchange(b"?", answer, limits)
            connection.close()
        response = answer.response
        answer.release()
        assert (response.status, response.body) == (sent.status, sent.body)
        assert response.headers == sent.headers
        assert answer.kept is sent.lasting

    check()


@pytest.fixture
def truncating() -> Iterator[tuple[str, list[bytes]]]:
    """The URL of a server, and what it answers with before it hangs up."""
    content: list[bytes] = []

    def script(connection: socket.socket) -> None:
        connection.sendall(content[-1])

    with sockets.scripted(script) as server:
        yield server.url, content


def test_half_an_answer_is_none(
    sdk: ModuleType, modules: dict[str, ModuleType], truncating: tuple[str, list[bytes]]
) -> None:
    """But for a body that ends with its connection: nobody can tell."""
    url, content = truncating
    transport = modules["sockets"].SocketTransport(url)
    request = sdk.Request("GET", f"{url}/e", {}, None, sdk.Timeout(total=10.0))

    @PROPERTY
    @given(answers(), st.data())
    def check(sent: Sent, data: Any) -> None:
        cut = data.draw(st.integers(0, len(sent.wire) - 1))
        content.append(sent.wire[:cut])
        if not sent.lasting and cut >= sent.head:
            assert sent.body.startswith(transport.send(request).body)
            return
        with pytest.raises(sdk.ConnectionError) as caught:
            transport.send(request)
        assert caught.value.sent

    check()
    assert transport._idle == []
    transport.close()
