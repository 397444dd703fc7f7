"""The headers of answers, whatever a server puts there."""

from __future__ import annotations

import copy
import pickle

import pytest

from .conftest import Caller, Reply, Stub

GONE = Reply(410, b"gone", "text/plain", {"X-Request-Id": "r-1", "Via": "1.1 a", "via": "1.1 b"})


def refused(call: Caller) -> Exception:
    with pytest.raises(call.sdk.GoneError) as caught:
        call(lambda client: client.workstream_event.get("e"))
    return caught.value


def test_names_are_lower_case_and_repeated_ones_are_joined(call: Caller, stub: Stub) -> None:
    stub.answer(GONE)
    headers = refused(call).headers
    assert headers["x-request-id"] == "r-1"
    assert headers["via"] == "1.1 a, 1.1 b"
    assert headers.get("x-none") is None
    assert "x-none" not in headers
    assert set(headers) == {
        *("server", "date", "content-type", "content-length", "x-request-id", "via")
    }
    assert len(headers) == 6
    assert repr(headers) == repr(dict(headers))


def test_they_survive_copies(call: Caller, stub: Stub) -> None:
    stub.answer(GONE)
    error = refused(call)
    wanted = dict(error.headers)
    for same in (copy.deepcopy(error), pickle.loads(pickle.dumps(error))):
        assert same.headers == wanted
        assert same.request_id == "r-1"


def test_one_that_is_not_ascii_spoils_no_call(call: Caller, stub: Stub) -> None:
    stub.answer(Reply(204, type=None, headers={"X-Where": "caf\xe9", "X-Request-Id": "r-1"}))
    raw = call(lambda client: client.workstream_events.with_raw_response.delete("e"))
    assert (raw.status, raw.parse(), raw.request_id) == (204, None, "r-1")
    assert raw.headers.get("x-where") in (None, "caf\xe9")  # which pyreqwest cannot read
    assert "x-request-id" in list(raw.headers)


@pytest.mark.parametrize("type", ["application/json; charset=utf-8", "APPLICATION/JSON"])
def test_the_media_type_may_have_parameters_and_any_case(
    call: Caller, stub: Stub, type: str
) -> None:
    stub.answer(Reply(200, b'{"iterable": []}', type))
    assert call(lambda client: client.workstream_events.snapshot()).iterable == []
