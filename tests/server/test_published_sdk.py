"""The published SDK, pieces-os-client 5.0.1, drives the server through all ten operations."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

pytestmark = pytest.mark.engines

KEY = "s3cret"
SUMMARY = "c3f7a81e-25d0-4b96-8e4c-1a70d9f5b362"


@pytest.fixture(scope="module")
def sdk():
    """What is used of the package. Importing that takes seconds, so only this module does."""
    from pieces_os_client import configuration, exceptions
    from pieces_os_client.api import workstream_event_api, workstream_events_api
    from pieces_os_client.api_client import ApiClient
    from pieces_os_client.models.seeded_score import SeededScore
    from pieces_os_client.models.seeded_score_increment import SeededScoreIncrement
    from pieces_os_client.models.seeded_workstream_event import SeededWorkstreamEvent
    from pieces_os_client.models.workstream_events_batch_fetch_input import (
        WorkstreamEventsBatchFetchInput,
    )

    return SimpleNamespace(
        SeededScore=SeededScore,
        SeededScoreIncrement=SeededScoreIncrement,
        SeededWorkstreamEvent=SeededWorkstreamEvent,
        WorkstreamEventsBatchFetchInput=WorkstreamEventsBatchFetchInput,
        ApiClient=ApiClient,
        Configuration=configuration.Configuration,
        ApiException=exceptions.ApiException,
        UnauthorizedException=exceptions.UnauthorizedException,
        WorkstreamEventApi=workstream_event_api.WorkstreamEventApi,
        WorkstreamEventsApi=workstream_events_api.WorkstreamEventsApi,
    )


@pytest.fixture(scope="module")
def connect(sdk):
    """Gives the two APIs of a server for a key, configured as the SDK documents it."""

    def connect(server, key):
        configuration = sdk.Configuration(host=server.url)
        if key is not None:
            configuration.api_key["application"] = key
        client = sdk.ApiClient(configuration)
        return sdk.WorkstreamEventsApi(client), sdk.WorkstreamEventApi(client)

    return connect


@pytest.fixture(scope="module")
def apis(connect, keyed):
    """Both APIs of a server that asks for a key, with the key."""
    return connect(keyed, KEY)


@pytest.fixture(scope="module")
def full_seed(sdk):
    """A seed with every member that the SDK can send."""

    def full_seed():
        event_id = {"id": str(uuid.uuid4())}
        flattened = {"iterable": [event_id], "indices": {event_id["id"]: 0}}
        return sdk.SeededWorkstreamEvent.from_dict(
            {
                "schema": {"migration": 0, "semantic": "MAJOR_0_MINOR_0_PATCH_1"},
                "application": {
                    "id": str(uuid.uuid4()),
                    "name": "VS_CODE",
                    "version": "1.94.2",
                    "platform": "LINUX",
                    "onboarded": True,
                    "privacy": "ANONYMOUS",
                    "capabilities": "BLENDED",
                    "mechanism": "AUTOMATIC",
                    "automaticUnload": False,
                },
                "trigger": {"copy": True, "file_open": False},
                "context": {
                    "ide": {"name": "Visual Studio Code"},
                    "native_ocr": {
                        "appTitle": "Terminal",
                        "windowTitle": "w",
                        "ocrText": "é\u2028\U0001f600",
                        "ocrTextHash": "h",
                        "isCached": False,
                        "isMerged": True,
                    },
                    "native_clipboard": {"content": {"text": "copied"}, "isCached": False},
                },
                "readable": "Opened retry.py",
                "processing": "LOCAL",
                "score": {"manual": 0, "automatic": 1},
                "summary": {"id": SUMMARY},
                "internal_identifier": str(uuid.uuid4()),
                "workstreamEventsVector": [0.25, -0.5],
                "tags": flattened,
                "anchors": flattened,
                "websites": flattened,
                "persons": flattened,
            }
        )

    return full_seed


@pytest.fixture
def event(apis, full_seed):
    """A new event."""
    return apis[0].workstream_events_create_new_workstream_event(
        seeded_workstream_event=full_seed()
    )


def ids(listed):
    return [item.id for item in listed.iterable]


def status(error):
    return error.value.status


def test_create_with_a_full_body_gives_it_back(apis, full_seed):
    events, _ = apis
    sent = full_seed()
    event = events.workstream_events_create_new_workstream_event(seeded_workstream_event=sent)
    assert event.id == sent.internal_identifier
    assert event.application == sent.application
    assert event.trigger == sent.trigger
    assert event.context == sent.context
    assert event.workstream_events_vector == [0.25, -0.5]
    assert (event.readable, event.processing, event.score) == (
        sent.readable,
        sent.processing,
        sent.score,
    )
    assert ids(event.summaries) == [SUMMARY]
    for member in ("tags", "anchors", "websites", "persons"):
        assert ids(getattr(event, member)) == ids(getattr(sent, member))
    assert event.created.value == event.updated.value
    assert event.created.value.utcoffset() == timedelta(0)


def test_create_without_a_body(apis):
    event = apis[0].workstream_events_create_new_workstream_event()
    assert event.application.name == "UNKNOWN"
    assert uuid.UUID(event.id).version == 7


@pytest.mark.parametrize("transferables", [None, True, False])
def test_snapshot_lists_it(apis, event, transferables):
    snapshot = apis[0].workstream_events_snapshot(transferables=transferables)
    found = snapshot.iterable[snapshot.indices[event.id]]
    assert found.id == event.id
    assert (found.context is None) is (transferables is False)
    assert found.workstream_events_vector is None


def test_identifiers_with_limit_and_both_date_filters(apis, full_seed):
    events, one = apis
    create = events.workstream_events_create_new_workstream_event
    first, second, third = (create(seeded_workstream_event=full_seed()) for _ in range(3))
    listed = events.workstream_events_identifiers_snapshot
    assert ids(listed(limit=2)) == [third.id, second.id]
    assert ids(listed(limit=0)) == []
    india = timezone(timedelta(hours=5, minutes=30))
    at = second.created.value
    assert ids(listed(created_from=at.astimezone(india), created_to=at)) == [second.id]
    one.workstream_event_associate_workstream_summary(first.id, "other")
    now = one.workstream_events_specific_workstream_event_snapshot(first.id).updated.value
    assert ids(listed(updated_from=now.astimezone(india))) == [first.id]
    assert ids(
        listed(created_from=at, created_to=at, updated_from=now, updated_to=now, limit=5)
    ) == [second.id, first.id]
    assert ids(listed(created_to=datetime(2001, 1, 1, tzinfo=india))) == []


def test_batch_with_unknown_ids(sdk, apis, event):
    asked = sdk.WorkstreamEventsBatchFetchInput.from_dict(
        {"workstreamEvents": {"iterable": [{"id": event.id}, {"id": "unknown"}]}}
    )
    for transferables in (None, True):
        found = apis[0].workstream_events_batch(asked, transferables=transferables)
        assert ids(found.workstream_events) == [event.id]
        assert found.not_found == ["unknown"]
        assert (found.workstream_events.iterable[0].context is None) is (transferables is None)


@pytest.mark.parametrize("transferables", [None, True, False])
def test_get(apis, event, transferables):
    get = apis[1].workstream_events_specific_workstream_event_snapshot
    found = get(event.id, transferables=transferables)
    assert found.id == event.id
    assert (found.context is None) is (transferables is False)


def test_update(apis, event):
    event.readable = "changed"
    event.window_title = "title"
    changed = apis[1].workstream_event_update(workstream_event=event)
    assert (changed.readable, changed.window_title) == ("changed", "title")
    assert changed.created == event.created
    assert changed.updated.value > event.updated.value
    assert changed.context == event.context


def test_update_without_a_body_is_400(sdk, apis):
    with pytest.raises(sdk.ApiException) as error:
        apis[1].workstream_event_update()
    assert status(error) == 400


def test_associate_and_disassociate(apis, event):
    _, one = apis
    get = one.workstream_events_specific_workstream_event_snapshot
    for _ in range(2):
        assert one.workstream_event_associate_workstream_summary(event.id, "a b/c%d") is None
    linked = get(event.id).summaries
    assert ids(linked) == [SUMMARY, "a b/c%d"]
    assert linked.indices == {SUMMARY: 0, "a b/c%d": 1}
    for _ in range(2):
        assert one.workstream_event_disassociate_workstream_summary(event.id, SUMMARY) is None
    linked = get(event.id).summaries
    assert ids(linked) == ["a b/c%d"]
    assert linked.indices == {SUMMARY: -1, "a b/c%d": 0}


def test_increment(sdk, apis, event):
    _, one = apis
    body = sdk.SeededScoreIncrement(workstream_event=sdk.SeededScore(reuse=True, searched=True))
    assert one.workstream_event_scores_increment(event.id, seeded_score_increment=body) is None
    assert one.workstream_event_scores_increment(event.id) is None
    score = one.workstream_events_specific_workstream_event_snapshot(event.id).score
    assert (score.manual, score.automatic, score.reuse, score.searched) == (2, 1, 1, 1)


def test_delete_and_410_afterwards(sdk, apis, event):
    events, one = apis
    delete = events.workstream_events_delete_specific_workstream_event
    assert delete(event.id) is None
    for call in (
        lambda: delete(event.id),
        lambda: one.workstream_events_specific_workstream_event_snapshot(event.id),
        lambda: one.workstream_event_update(workstream_event=event),
        lambda: one.workstream_event_scores_increment(event.id),
        lambda: one.workstream_event_associate_workstream_summary(event.id, "s"),
        lambda: one.workstream_event_disassociate_workstream_summary(event.id, "s"),
    ):
        with pytest.raises(sdk.ApiException) as error:
            call()
        assert status(error) == 410
        assert event.id in error.value.body
    assert event.id not in ids(events.workstream_events_identifiers_snapshot())


@pytest.mark.parametrize("key", [None, "wrong"])
def test_without_the_key_every_call_is_401(sdk, connect, keyed, key):
    events, one = connect(keyed, key)
    for call in (
        events.workstream_events_snapshot,
        events.workstream_events_create_new_workstream_event,
        events.workstream_events_identifiers_snapshot,
        lambda: one.workstream_event_scores_increment("e"),
    ):
        with pytest.raises(sdk.UnauthorizedException) as error:
            call()
        assert error.value.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_server_without_a_key_takes_a_client_without_one(connect, server, full_seed):
    events, _ = connect(server, None)
    sent = full_seed()
    event = events.workstream_events_create_new_workstream_event(seeded_workstream_event=sent)
    assert event.id == sent.internal_identifier
