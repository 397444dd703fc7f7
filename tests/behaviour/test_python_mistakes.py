"""Mistakes of somebody new: each ends in one line that says what is wrong, and nothing is sent."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import httpx
import pytest

from .conftest import Caller, Reply, Stub
from .test_python_lossless import APPLICATION, EVENT

SEED: dict[str, Any] = {"application": APPLICATION, "trigger": {}}


def test_another_model_is_no_body(call: Caller, stub: Stub, sdk: ModuleType) -> None:
    ids = sdk.models.FlattenedWorkstreamEvents.from_dict({"iterable": [{"id": "a"}]})
    wrong = "^body: FlattenedWorkstreamEvents where WorkstreamEventsBatchFetchInput is wanted$"
    with pytest.raises(sdk.InvalidArgument, match=wrong):
        call(lambda client: client.workstream_events.batch(ids))
    event = sdk.models.WorkstreamEvent.from_dict(EVENT)
    with pytest.raises(sdk.InvalidArgument, match=r"^body: WorkstreamEvent where Seeded"):
        call(lambda client: client.workstream_events.create(event))
    assert stub.seen == []


def test_a_model_of_ones_own_class_is_a_body(call: Caller, stub: Stub, sdk: ModuleType) -> None:
    class Mine(sdk.models.SeededWorkstreamEvent):  # type: ignore[misc, name-defined]
        pass

    stub.answer(Reply(body=json.dumps(EVENT).encode()))
    call(lambda client: client.workstream_events.create(Mine.from_dict(SEED)))
    assert json.loads(stub.seen[0].body) == SEED


def test_models_are_no_ids(call: Caller, stub: Stub, sdk: ModuleType) -> None:
    event = sdk.models.WorkstreamEvent.from_dict(EVENT)
    with pytest.raises(sdk.InvalidArgument, match=r"WorkstreamEvent where str is wanted: give its"):
        call(lambda client: client.workstream_event.get(event))
    with pytest.raises(sdk.InvalidArgument, match=r"^body: \[1\]: WorkstreamEvent where an id"):
        call(lambda client: client.workstream_events.batch(["a", event]))
    with pytest.raises(sdk.InvalidArgument, match=r"^body: int where a list of ids is wanted$"):
        call(lambda client: client.workstream_events.batch(5))
    assert stub.seen == []


@pytest.mark.parametrize(
    "body",
    [
        SEED | {"workstream_events_vector": [1.0]},
        SEED | {"application": {**APPLICATION, "automatic_unload": True}},
        SEED | {"context": {"ide": {"name": "a", "tabs": {}}}, "workstream_events_vector": None},
    ],
)
def test_names_of_python_in_plain_data_are_refused(
    call: Caller, stub: Stub, sdk: ModuleType, body: Any
) -> None:
    with pytest.raises(
        sdk.InvalidArgument, match=r"^body: [a-z_]+: its name on the wire is [a-z]+"
    ):
        call(lambda client: client.workstream_events.create(body))
    assert stub.seen == []


def test_they_are_kept_where_a_server_sent_them_or_they_are_meant(call: Caller, stub: Stub) -> None:
    sent = EVENT | {"window_title": "a"}
    stub.answer(Reply(body=json.dumps(sent).encode()))
    event = call(lambda client: client.workstream_event.get("e"))
    call(lambda client: client.workstream_event.update(event))
    extra = {"window_title": "a"}
    call(lambda client: client.workstream_event.update(EVENT, extra_body=extra))
    assert [json.loads(seen.body) for seen in stub.seen[1:]] == [sent, sent]


@pytest.mark.parametrize("wrong", [[("a", "b")], "a=b", 5, b"x"])
@pytest.mark.parametrize("name", ["extra_headers", "extra_query", "extra_body"])
def test_options_that_are_no_mappings_are_refused(
    call: Caller, stub: Stub, name: str, wrong: Any
) -> None:
    with pytest.raises(call.sdk.InvalidArgument, match=f"^{name}: .* where a mapping"):
        call(lambda client: client.workstream_event.update(EVENT, **{name: wrong}))
    assert stub.seen == []


def test_headers_that_are_no_mapping_are_refused(sdk: ModuleType) -> None:
    for make in (sdk.Client, sdk.AsyncClient, sdk.Client().with_options):
        with pytest.raises(sdk.InvalidArgument, match=r"^headers: list where a mapping"):
            make(headers=[("a", "b")])


def test_transports_of_another_kind_are_refused(sdk: ModuleType) -> None:
    from pieces_workstream_client.transports.httpx import (  # type: ignore[import-not-found]
        AsyncHttpxTransport,
        HttpxTransport,
    )

    awaited = httpx.AsyncClient()
    with httpx.Client() as plain:
        wrong = [
            (lambda: sdk.Client(transport=plain), r" wrap it, as HttpxTransport\(client\)$"),
            (lambda: sdk.AsyncClient(transport=awaited), " wrap it, as AsyncHttpxTransport"),
            (lambda: sdk.Client(transport=5), "^transport: int has no send"),
            (lambda: sdk.Client(transport=AsyncHttpxTransport(awaited)), "to the AsyncClient$"),
            (lambda: HttpxTransport(awaited), " give it to AsyncHttpxTransport$"),
            (lambda: AsyncHttpxTransport(plain), " give it to HttpxTransport$"),
        ]
        for make, message in wrong:
            with pytest.raises(sdk.InvalidArgument, match=message):
                make()


def test_another_event_loop_is_told_which_transport_it_needs(sdk: ModuleType, stub: Stub) -> None:
    call = sdk.AsyncClient(stub.url).workstream_events.snapshot()
    with pytest.raises(sdk.InvalidArgument, match=r"needs asyncio: give AsyncHttpxTransport$"):
        call.send(None)  # as trio would: asyncio is not running
    assert stub.seen == []


def test_a_view_of_ones_own_client_has_what_it_has(sdk: ModuleType) -> None:
    class Mine(sdk.Client):  # type: ignore[misc, name-defined]
        def __init__(self, tenant: str) -> None:
            super().__init__()
            self.tenant = tenant

    client = Mine("a")
    view = client.with_options(retries=0)
    assert view.tenant == "a"
    assert view.workstream_event is not client.workstream_event


@pytest.mark.parametrize("nothing", [{}, None])
def test_unknown_members_can_be_taken_out(sdk: ModuleType, nothing: Any) -> None:
    thing = sdk.models.ReferencedTag.from_dict({"id": "a", "new": 1})
    thing.additional_properties = nothing
    around = sdk.models.FlattenedTags(iterable=[thing])
    assert (thing.to_dict(), around.to_dict()) == ({"id": "a"}, {"iterable": [{"id": "a"}]})


def test_unknown_members_are_a_dict(sdk: ModuleType) -> None:
    thing = sdk.models.ReferencedTag(id="a", additional_properties=5)
    with pytest.raises(sdk.InvalidArgument, match=r"additional_properties: int, not a dict$"):
        thing.to_json()
