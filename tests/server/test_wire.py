"""Limits and strictness below the application: over real sockets, byte by byte."""

from __future__ import annotations

import json
import time

import pytest

from .wire import wire

GET = b"GET /.well-known/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
LAST = b"GET /.well-known/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
POST = b"POST /workstream_events/create HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = POST + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def hasty(start_once):
    """A server that does not wait for long."""
    return start_once("--header-time", "0.6", "--body-time", "0.6", "--stall-time", "0.6")


def assert_refused(connection, status, *words):
    """One line of text, and the end of the connection."""
    answer = connection.answer()
    assert answer is not None
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["connection"] == "close"
    assert answer.body.endswith(b"\n")
    assert answer.body.count(b"\n") == 1
    for word in words:
        assert word in answer.body.decode()
    assert connection.closed()


MALFORMED = {
    "garbage": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "unknown method": b"DANCE / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "no path": b"GET nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "CONNECT": b"CONNECT a.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a raw byte in the URL": b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "HTTP/2 without TLS": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/2.0": b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n",
    "HTTP/1.2": b"GET / HTTP/1.2\r\nHost: localhost\r\n\r\n",
    "bare LF": b"GET / HTTP/1.1\nHost: localhost\n\n",
    "bare LF after a field": b"GET / HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n",
    "bare CR": b"GET / HTTP/1.1\r\nHost: localhost\rX: y\r\n\r\n",
    "folded field": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n",
    "blank before colon": b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
    "field without a name": b"GET / HTTP/1.1\r\n: localhost\r\n\r\n",
    "NUL in a field": b"GET / HTTP/1.1\r\nHost: local\0host\r\n\r\n",
    "control in a field": b"GET / HTTP/1.1\r\nX: \x01\r\n\r\n",
    "length and chunked": POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
    "chunked and length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
    "two lengths": POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "the same length twice": POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "a list of lengths": POST + b"Content-Length: 3, 3\r\n\r\nabc",
    "a signed length": POST + b"Content-Length: +3\r\n\r\nabc",
    "a length beyond 64 bits": POST + b"Content-Length: 18446744073709551616\r\n\r\nabc",
    "gzip as Transfer-Encoding": POST + b"Transfer-Encoding: gzip\r\n\r\nabc",
    "gzip, then chunked": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunked twice": POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "chunked in HTTP/1.0": b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk's size that is none": CHUNKED + b"xyz\r\n",
    "a chunk's size beyond 64 bits": CHUNKED + b"fffffffffffffffff\r\n",
    "no chunk where it waits to be told": CHUNKED[:-2] + b"Expect: 100-continue\r\n\r\nx\r\n",
    "a chunk longer than it says": CHUNKED + b"1\r\nab\r\n",
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_what_is_malformed_gets_400_and_the_end_of_the_connection(server, data):
    with wire(server.url) as connection:
        connection.send(data)
        assert_refused(connection, 400)


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_requests_before_a_malformed_one_are_answered_first_and_in_order(server, data):
    read = b"GET /workstream_events HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with wire(server.url) as connection:
        connection.send(read + GET + read + data)
        assert [connection.answer().status for _ in range(3)] == [200, 200, 200]
        assert_refused(connection, 400)


def test_a_byte_at_a_time_is_as_good_as_at_once(server):
    with wire(server.url) as connection:
        for byte in GET + GET:
            connection.send(bytes([byte]))
        assert [connection.answer().status for _ in range(2)] == [200, 200]


@pytest.mark.parametrize("piece", [100, 5_000, 100_000])
def test_a_url_that_is_too_long_gets_414(server, piece):
    data = b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with wire(server.url) as connection:
        for start in range(0, len(data), piece):
            connection.send(data[start : start + piece])
        assert_refused(connection, 414, "8192")


@pytest.mark.parametrize("piece", [100, 5_000, 200_000])
@pytest.mark.parametrize(
    "fields",
    [b"X: " + b"a" * 100_000, b"a" * 100_000 + b": x", b"\r\n".join([b"X: " + b"a" * 900] * 99)],
    ids=["value", "name", "many"],
)
def test_a_header_that_is_too_large_gets_431(server, fields, piece):
    data = b"GET / HTTP/1.1\r\nHost: localhost\r\n" + fields + b"\r\n\r\n"
    with wire(server.url) as connection:
        for start in range(0, len(data), piece):
            connection.send(data[start : start + piece])
        assert_refused(connection, 431, "32768")


def test_too_many_fields_get_431_and_as_many_as_are_allowed_do_not(server):
    def request(count):
        return GET[:-2] + b"".join(b"x%d: y\r\n" % n for n in range(count)) + b"\r\n"

    with wire(server.url) as connection:
        connection.send(request(99))
        assert connection.answer().status == 200
        connection.send(request(100))
        assert_refused(connection, 431, "100")


def test_a_header_without_an_end_is_not_kept_in_memory(server):
    with wire(server.url) as connection:
        connection.send(b"GET / HTTP/1.1\r\nX: ")
        for _ in range(100):
            connection.send(b"a" * 1_000)
        assert_refused(connection, 431)


def test_fields_after_a_body_are_no_header(keyed):
    """So that a key there opens no door."""
    body = b"0\r\nX-Application-ID: s3cret\r\n\r\n"
    with wire(keyed.url) as connection:
        connection.send(CHUNKED + body)
        assert connection.answer().status == 401


def test_a_flood_of_chunk_extensions_is_cut_off(start):
    server = start("--largest-body", "10000")
    with wire(server.url) as connection:
        connection.send(CHUNKED)
        for _ in range(1000):
            connection.send(b"1;" + b"a" * 1000 + b"\r\n \r\n")
        answer = connection.answer()
        assert answer is None or answer.status == 413


def test_a_body_that_nobody_asked_for_is_passed_over(server):
    request = GET[:-2] + b"Content-Length: 3\r\n\r\nabc"
    with wire(server.url) as connection:
        connection.send(request + request + LAST)
        assert [answer.status for answer in connection.answers()] == [200, 200, 200]


def test_a_body_without_a_length_is_the_next_request_and_malformed(server):
    with wire(server.url) as connection:
        connection.send(GET + b"abc")
        assert connection.answer().status == 200
        assert_refused(connection, 400)


def test_a_wish_for_another_protocol_is_passed_over(server, seed):
    wish = b"Connection: upgrade\r\nUpgrade: h2c\r\n\r\n"
    with wire(server.url) as connection:
        connection.send((GET[:-2] + wish) * 3 + LAST)
        assert [answer.status for answer in connection.answers()] == [200] * 4
    assert server.process.poll() is None


@pytest.mark.parametrize("piece", [1, 7, 10_000])
@pytest.mark.parametrize("chunked", [False, True])
def test_the_body_beside_a_wish_for_another_protocol_is_a_body(server, seed, chunked, piece):
    """What Java's client and `curl --http2` send. The parser takes such a body for a request."""
    body = json.dumps(seed(readable=LAST.decode())).encode()
    framing = b"Content-Length: %d" % len(body)
    if chunked:
        framing = b"Transfer-Encoding: chunked"
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    wish = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
    head = b"POST /workstream_events/create?transferables=true HTTP/1.1\r\nHost: localhost\r\n"
    sent = head + wish + b"Content-Type: application/json\r\n" + framing + b"\r\n\r\n" + body
    sent = sent * 2 + LAST
    with wire(server.url) as connection:
        for start in range(0, len(sent), piece):
            connection.send(sent[start : start + piece])
        answers = connection.answers()
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert all(json.loads(a.body)["readable"] == LAST.decode() for a in answers[:2])


def test_a_last_request_may_wish_another_protocol_too(server):
    wish = b"Connection: upgrade, close\r\nUpgrade: h2c\r\nUpgrade: other\r\n"
    with wire(server.url) as connection:
        connection.send(GET[:-2] + wish + b"Content-Length: 3\r\n\r\nabc" + GET)
        assert [answer.status for answer in connection.answers()] == [200]


def test_what_follows_a_last_request_is_not_answered(server):
    with wire(server.url) as connection:
        connection.send(LAST + GET)
        assert [answer.status for answer in connection.answers()] == [200]


def test_hundreds_of_requests_at_once_are_answered_in_order(server):
    """Or their first hundred: then the connection says that it closes."""
    paths = [b"/.well-known/health", b"/nowhere", b"/workstream_events"]
    requests = [GET.replace(paths[0], paths[n % 3]) for n in range(400)]
    with wire(server.url) as connection:
        connection.send(b"".join(requests))
        answers = connection.answers()
    assert len(answers) >= 100
    assert [a.status for a in answers] == [(200, 404, 200)[n % 3] for n in range(len(answers))]
    assert answers[-1].headers["connection"] == "close"


def test_many_requests_in_turn_all_get_their_reply(server):
    with wire(server.url) as connection:
        for _ in range(20):
            connection.send(GET * 50)
            assert {connection.answer().status for _ in range(50)} == {200}


def test_a_client_that_has_said_all_still_gets_its_reply(server):
    with wire(server.url) as connection:
        connection.send(b"GET /workstream_events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        connection.socket.shutdown(1)
        assert connection.answer().status == 200
        assert connection.closed()


@pytest.mark.parametrize("part", [b"GET / HT", GET[:-1], POST + b"Content-Length: 9\r\n\r\nab"])
def test_a_client_that_leaves_in_the_middle_is_forgotten(server, part):
    with wire(server.url) as connection:
        connection.send(part)
        connection.socket.shutdown(1)
        assert connection.closed()


def test_a_large_body_is_refused_while_it_is_still_being_sent(server):
    """The reply arrives although the client does not listen before it has sent all."""
    size = 12_000_000
    head = POST + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % size
    with wire(server.url) as connection:
        connection.socket.sendall(head + b" " * size)
        answer = connection.answer()
        assert answer.status == 413
        assert answer.headers["connection"] == "close"
    with wire(server.url) as connection:
        connection.send(head.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
        assert connection.answer().status == 413


def test_a_client_that_waits_to_be_told_to_continue_is_told_or_the_connection_ends(server, seed):
    head = b"Expect: 100-continue\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n"
    with wire(server.url) as connection:
        connection.send(POST + head)
        assert connection.socket.recv(100, 2).startswith(b"HTTP/1.1 100")  # MSG_PEEK
        connection.send(b"{}" + GET)
        assert connection.answer().status == 422
        assert connection.answer().status == 200
    with wire(server.url) as connection:
        connection.send(POST.replace(b"create", b"nowhere") + head)
        assert connection.answer().status == 404
        assert connection.closed()


def drip(connection, data, pause=0.05):
    """Send a byte now and then until the server has had enough."""
    connection.socket.settimeout(pause)
    for n in range(len(data)):
        connection.send(data[n : n + 1])
        try:
            if connection._more():
                break
            return
        except TimeoutError:
            continue
    connection.socket.settimeout(20)


@pytest.mark.parametrize("start", [0, 20], ids=["first line", "fields"])
def test_a_header_that_drips_gets_408(hasty, start):
    data = b"GET /workstream_events HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 60
    with wire(hasty.url) as connection:
        connection.send(data[:start])
        drip(connection, data[start:])
        assert_refused(connection, 408, "header")


def test_a_header_that_drips_after_other_requests_gets_408(hasty):
    with wire(hasty.url) as connection:
        connection.send(GET + GET + GET[:20])
        assert [connection.answer().status for _ in range(2)] == [200, 200]
        assert_refused(connection, 408, "header")


@pytest.mark.parametrize("head", [POST + b"Content-Length: 999\r\n\r\n", CHUNKED + b"3e7\r\n"])
@pytest.mark.parametrize("before", [b"", GET])
def test_a_body_that_drips_gets_408(hasty, head, before):
    with wire(hasty.url) as connection:
        connection.send(before)
        if before:
            assert connection.answer().status == 200
        connection.send(head)
        drip(connection, b" " * 999)
        assert_refused(connection, 408, "body")


def test_a_body_that_keeps_the_rate_may_take_its_time(hasty):
    with wire(hasty.url) as connection:
        connection.send(POST + b"Content-Type: application/json\r\nContent-Length: 8000\r\n\r\n")
        for _ in range(16):
            time.sleep(0.1)
            connection.send(b" " * 500)
        assert connection.answer().status == 400


def test_a_connection_that_says_nothing_is_closed_without_a_word(hasty):
    with wire(hasty.url) as connection:
        assert connection.closed()


def test_a_connection_may_rest_between_requests(hasty):
    with wire(hasty.url) as connection:
        for _ in range(2):
            connection.send(GET)
            assert connection.answer().status == 200
            time.sleep(1.5)
        connection.send(GET)
        assert connection.answer().status == 200


def test_a_body_that_nobody_reads_any_more_ends_too(hasty):
    """The reply is there before the body is; the client goes on for as long as it can."""
    with wire(hasty.url) as connection:
        connection.send(
            b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n"
        )
        assert connection.answer().status == 404
        drip(connection, b" " * 9999)
        assert connection.closed()


def test_nothing_of_this_leaves_a_traceback(start):
    server = start("--header-time", "0.3", "--body-time", "0.3")
    for data in [
        *MALFORMED.values(),
        GET[:9],
        POST + b"Content-Length: 9\r\n\r\nab",
        b"\x1b[31m\n",
    ]:
        with wire(server.url) as connection:
            connection.send(data)
            connection.answers()
    assert server.stop() == ""
