"""Arguments and settings that cannot be what was meant are refused, by name, and nothing is sent."""

from __future__ import annotations

import enum
import importlib
import json
import uuid
from datetime import UTC, date, datetime, time
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from .conftest import Caller, Reply, Stub
from .test_python_lossless import EVENT

LIST = Reply(body=b'{"iterable": []}')


class Size(enum.IntEnum):
    SMALL = 3


class Text(enum.StrEnum):
    A = "a"
    MOMENT = "2024-01-02T03:04:05Z"


def sent(stub: Stub) -> dict[str, list[str]]:
    return parse_qs(urlsplit(stub.seen[-1].target).query)


def test_an_integer_of_an_enumeration_goes_out_as_its_digits(call: Caller, stub: Stub) -> None:
    stub.answer(LIST)
    call(lambda client: client.workstream_events.identifiers(limit=Size.SMALL))
    assert sent(stub) == {"limit": ["3"]}


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        *(("limit", value) for value in (True, "3", 3.0, b"3", [3])),
        pytest.param("limit", 10**5000, id="huge"),
        *(("created_from", v) for v in (date(2024, 1, 2), time(1), 1704164645, True, b"x")),
        *(("created_from", v) for v in ("yesterday", "", "2024-01-02", "2024-01-02T03:04:05")),
        *(("created_from", v) for v in ("2024-01-02  03:04:05Z", "2024-01-02T03:04:05+053")),
        *(("created_from", v) for v in ("2024-01-02T03:04:05+2530", "2024-01-02T03:04:05 +05:30")),
        *(("created_from", v) for v in ("2024-02-30T03:04:05Z", "2024-01-02T03:04:05Z\n")),
        *(("created_from", v) for v in ("٢٠٢٤-01-02T03:04:05Z", "0000-01-02T03:04:05Z")),
    ],
)
def test_a_value_of_another_type_is_refused_by_the_parameters_name(
    call: Caller, stub: Stub, sdk: ModuleType, argument: str, value: Any
) -> None:
    with pytest.raises(sdk.InvalidArgument, match=f"^{argument}: ") as caught:
        call(lambda client: client.workstream_events.identifiers(**{argument: value}))
    assert len(str(caught.value)) < 120
    assert stub.seen == []


@pytest.mark.parametrize("value", [1, 0, "true", "", 1.0])
def test_only_a_boolean_is_a_boolean(call: Caller, stub: Stub, sdk: ModuleType, value: Any) -> None:
    with pytest.raises(sdk.InvalidArgument, match=r"^transferables: \w+ where bool is wanted"):
        call(lambda client: client.workstream_events.snapshot(transferables=value))
    assert stub.seen == []


@pytest.mark.parametrize(
    "value", [5, True, 1.5, date(2024, 1, 2), datetime(2024, 1, 2, tzinfo=UTC)]
)
def test_only_text_is_text(call: Caller, stub: Stub, sdk: ModuleType, value: Any) -> None:
    with pytest.raises(sdk.InvalidArgument, match=r"^workstream_event: \w+ where str is wanted"):
        call(lambda client: client.workstream_event.get(value))
    assert stub.seen == []


def test_text_may_be_an_enumeration_or_a_uuid(call: Caller, stub: Stub) -> None:
    stub.answer(Reply(body=json.dumps(EVENT).encode()))
    for value in (Text.A, uuid.UUID(int=1)):
        call(lambda client, value=value: client.workstream_event.get(value))
        assert stub.seen[-1].target == f"/workstream_event/{value}"


@pytest.mark.parametrize(
    "text",
    [
        *("2024-01-02T03:04:05Z", "2024-01-02t03:04:05z", "2024-01-02T03:04:05.123456789-05:30"),
        *("9999-12-31T23:59:59.9999999Z", Text.MOMENT),
    ],
)
def test_rfc_3339_text_is_a_date_time_and_sent_as_it_is(
    call: Caller, stub: Stub, text: str
) -> None:
    stub.answer(LIST)
    call(lambda client: client.workstream_events.identifiers(created_from=text))
    assert sent(stub) == {"created_from": [str(text)]}


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        ("2024-01-02 03:04:05Z", "2024-01-02T03:04:05Z"),
        ("2024-01-02T03:04:05+0530", "2024-01-02T03:04:05+05:30"),
        ("2024-01-02 03:04:05.1234567890-0000", "2024-01-02T03:04:05.1234567890-00:00"),
        ("2024-01-02t03:04:05.5-08", "2024-01-02t03:04:05.5-08:00"),
        ("2016-12-31 18:59:60.25-0500", "2016-12-31T18:59:60.25-05:00"),
    ],
)
def test_other_spellings_of_a_date_time_are_sent_as_rfc_3339_with_all_their_digits(
    call: Caller, stub: Stub, text: str, wire: str
) -> None:
    stub.answer(LIST)
    call(lambda client: client.workstream_events.identifiers(created_from=text))
    assert sent(stub) == {"created_from": [wire]}


@pytest.mark.parametrize("client", ["Client", "AsyncClient"])
@pytest.mark.parametrize(
    ("options", "named"),
    [
        *(({"api_key": key}, "api_key") for key in (5, 0, b"k", True, ["k"], "k\n")),
        *(
            ({"base_url": url}, "base_url")
            for url in (
                *("http://[::1", "http://h:x", "http://h:99999", "http://h:0", "http://:80"),
                *("http://[x]/", "https:///p", 5, None, b"http://h"),
            )
        ),
        *(
            ({"timeout": t}, "timeout")
            for t in (0, -1, 0.0, float("nan"), float("inf"), 1e10, "3", True)
        ),
        *(({"retries": r}, "retries") for r in (-1, 1.0, "1", None, True)),
        *(({"headers": {"X-A": v}}, "X-A") for v in (5, None, b"x", "a\nb")),
    ],
)
def test_settings_that_cannot_work_are_refused(
    sdk: ModuleType, client: str, options: dict[str, Any], named: str
) -> None:
    with pytest.raises(sdk.InvalidArgument, match=f"^{named}: ") as caught:
        getattr(sdk, client)(**options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://u:secret@h", "http://u:secret@[::1", "http://u:secret@h:x"]
)
def test_a_password_in_an_address_is_not_shown(sdk: ModuleType, url: str) -> None:
    with pytest.raises(sdk.InvalidArgument, match="leave out user and password") as caught:
        sdk.Client(url)
    assert "secret" not in str(caught.value)


def test_settings_at_their_limits_work(call: Caller, stub: Stub, sdk: ModuleType) -> None:
    stub.answer(LIST)
    for options in (
        {"timeout": None},
        {"timeout": 5},
        {"timeout": 1e9},
        {"api_key": ""},
        {"api_key": None},
    ):
        call(lambda client: client.workstream_events.snapshot(), **options)
        assert "x-application-id" not in stub.seen[-1].headers
    for url in ("http://[::1]:80", "HTTP://Host/", "http://h:65535/p", "http://h:"):
        sdk.Client(url)


@pytest.mark.parametrize(
    ("url", "local"),
    [
        *(("http://localhost:1/x", True), ("http://LOCALHOST", True), ("http://127.0.0.1:1", True)),
        *(("http://127.8.8.8", True), ("https://[::1]:1/", True), ("", False)),
        *(("http://localhost.example.com", False), ("http://127.example.com", False)),
        *(("http://127.0.0.1.example.com", False), ("http://example.com/localhost", False)),
        *(("http://[::12]", False), ("http://localhostile", False)),
    ],
)
def test_only_this_machine_is_reached_without_a_proxy(
    sdk: ModuleType, url: str, local: bool
) -> None:
    clients = importlib.import_module(f"{sdk.__name__}.transports._clients")

    class Builder:
        direct = False

        def no_proxy(self) -> Builder:
            self.direct = True
            return self

        def follow_redirects(self, _: bool) -> Builder:
            return self

        def connect_timeout(self, _: Any) -> Builder:
            return self

        referer = follow_redirects

    assert clients.configured(Builder, url).direct is local


def test_a_closed_client_says_so(sdk: ModuleType, stub: Stub) -> None:
    client = sdk.Client(stub.url)
    client.workstream_events.delete("e")
    client.close()
    client.close()
    with pytest.raises(sdk.ApiError, match="the client is closed"):
        client.workstream_events.delete("e")
    assert len(stub.seen) == 1


def test_so_does_one_that_was_given_its_transport(call: Caller, sdk: ModuleType) -> None:
    kept: list[Any] = []
    call(lambda client: (kept.append(client), client.workstream_events.delete("e"))[1])
    (client,) = kept
    if call.flavour in ("sync-httpx", "sync-pyreqwest"):
        client.close()
    if call.flavour.startswith("sync"):
        with pytest.raises(sdk.ApiError, match="the client is closed"):
            client.workstream_events.delete("e")
