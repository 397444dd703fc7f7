"""What a server sends comes back as it was, whatever this SDK knows about it."""

from __future__ import annotations

import copy
import gc
import importlib
import json
import pickle
import re
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import msgspec
import pytest

from specpipe.spec.model import Api

from .conftest import Caller, Reply, Stub

APPLICATION = {
    "id": "a",
    "name": "VS_CODE",
    "version": "1",
    "platform": "LINUX",
    "onboarded": True,
    "privacy": "OPEN",
}
EVENT: dict[str, Any] = {
    "id": "e",
    "application": APPLICATION,
    "trigger": {"file_open": True},
    "created": {"value": "2024-10-08T07:41:12.518204Z"},
    "updated": {"value": "2024-10-08T07:41:12.518204Z"},
    "summaries": {"iterable": [{"id": "s"}], "indices": {"s": 0}},
}


def with_unknown() -> dict[str, Any]:
    """An event of a newer server: unknown members at four depths, unknown enum members, nulls."""
    event = copy.deepcopy(EVENT)
    event["new"] = {"a": [1, None, {"b": 2.5}]}
    event["application"] |= {"name": "NOT_YET_KNOWN", "flavour": "x", "mechanism": "TELEPATHY"}
    event["created"]["precision"] = None
    event["summaries"]["iterable"][0]["weight"] = 0.5
    event["readable"] = None
    event["score"] = None
    return event


def test_survives_get_change_update(call: Caller, stub: Stub) -> None:
    sent = with_unknown()
    stub.answer(Reply(body=json.dumps(sent).encode()))
    event = call(lambda client: client.workstream_event.get("e"))
    event.window_title = "changed"
    call(lambda client: client.workstream_event.update(event))
    assert json.loads(stub.seen[-1].body) == sent | {"windowTitle": "changed"}


def test_unknown_members_can_be_read_and_written(sdk: ModuleType) -> None:
    event = sdk.models.WorkstreamEvent.from_dict(with_unknown())
    assert event.additional_properties["new"] == {"a": [1, None, {"b": 2.5}]}
    assert event.application.additional_properties == {"flavour": "x"}
    event.application.additional_properties["flavour"] = "y"
    assert event.to_dict()["application"]["flavour"] == "y"


@pytest.mark.parametrize("value", [{}, {"id": "f"}, None, 1])
def test_no_member_name_is_special(sdk: ModuleType, value: Any) -> None:
    """Not even those that the SDK uses for itself."""
    inner = importlib.import_module(f"{sdk.__name__}._fold").ADDITIONAL
    for name in (inner, "additional_properties", "__class__", "to_dict", ""):
        data = EVENT | {name: value, "application": APPLICATION | {name: value}}
        event = sdk.models.WorkstreamEvent.from_dict(data)
        assert event.id == "e"
        assert event.to_dict() == data


def test_null_is_not_unset(sdk: ModuleType) -> None:
    event = sdk.models.WorkstreamEvent.from_dict(with_unknown())
    assert event.readable is sdk.UNSET
    assert event.additional_properties["readable"] is None
    event.readable = "said"
    assert event.to_dict()["readable"] == "said"
    assert event.to_dict()["score"] is None


def test_unknown_enum_member_is_kept(sdk: ModuleType) -> None:
    event = sdk.models.WorkstreamEvent.from_dict(with_unknown())
    assert event.application.name == "NOT_YET_KNOWN"
    assert event.application.platform == sdk.models.PlatformEnum.LINUX
    event.application.name = sdk.models.ApplicationNameEnum.VIM
    assert event.to_dict()["application"]["name"] == "VIM"


@pytest.mark.parametrize("data", [EVENT, with_unknown()], ids=["known", "unknown"])
def test_copies_are_equal(sdk: ModuleType, data: dict[str, Any]) -> None:
    event = sdk.models.WorkstreamEvent.from_dict(data)
    for other in (
        copy.copy(event),
        copy.deepcopy(event),
        pickle.loads(pickle.dumps(event)),
        sdk.models.WorkstreamEvent.from_dict(data),
        sdk.models.WorkstreamEvent.from_json(event.to_json()),
    ):
        assert other == event
        assert other.to_dict() == event.to_dict()
    other = copy.deepcopy(event)
    other.application.additional_properties = {"z": 1}
    assert other != event


def test_a_newer_server_costs_no_second_look_once_it_is_known(sdk: ModuleType) -> None:
    """The members of `with_unknown` have been seen: their decoder needs no untyped data."""
    model = sdk.models.WorkstreamEvent
    event = model.from_dict(with_unknown())
    twins = importlib.import_module(f"{sdk.__name__}._twins")
    again = twins.decoder(model, fine=False)(json.dumps(with_unknown()).encode())
    assert again == event
    assert type(again) is model
    assert type(again.application) is sdk.models.Application
    plain = twins.decoder(model, fine=False)(json.dumps(EVENT).encode())
    assert plain == model.from_dict(EVENT)


def test_names_that_are_made_up_are_not_learned_for_ever(sdk: ModuleType) -> None:
    lessons = importlib.import_module(f"{sdk.__name__}._lessons")
    model = sdk.models.Score
    for number in range(100):
        data = {"manual": 1, "automatic": 2, f"new{number}": number, 'a"\\': None}
        assert model.from_dict(data).to_dict() == data
    assert len(lessons.lesson(model).surplus) == lessons.LIMIT


@pytest.mark.parametrize("odd", [0, 1, 50])
def test_large_answers_are_read_item_by_item(sdk: ModuleType, odd: int) -> None:
    """With the same result, and the same words about what is wrong."""
    model = sdk.models.WorkstreamEvents
    events = [copy.deepcopy(EVENT) | {"id": str(n), "readable": "x" * 2000} for n in range(60)]
    for event in events[:odd]:
        event |= {"new": [event["id"]], "application": {**APPLICATION, "newer": None}}
    data = {"iterable": events, "more": {"a": None}, "indices": {"0": 0.0}}
    value = model.from_dict(data)
    assert value.to_dict() == data
    assert value == model.from_json(value.to_json())
    assert value.iterable == [sdk.models.WorkstreamEvent.from_dict(event) for event in events]
    events[59]["trigger"] = 1
    with pytest.raises(sdk.DecodeError, match=r"\$\.iterable\[59\]\.trigger"):
        model.from_dict(data)


def test_unknown_members_in_free_form_data_are_sent(sdk: ModuleType) -> None:
    """Even of models that somebody put there, and in what is itself unknown."""
    inner = sdk.models.Application.from_dict(APPLICATION | {"new": 1})
    event = sdk.models.WorkstreamEvent.from_dict(EVENT)
    event.summaries.iterable[0].reference = {"by": [inner]}
    event.additional_properties = {"also": {"by": inner}}
    sent = event.to_dict()
    assert sent["summaries"]["iterable"][0]["reference"]["by"] == [APPLICATION | {"new": 1}]
    assert sent["also"] == {"by": APPLICATION | {"new": 1}}


def test_output_has_known_members_in_their_order_and_unknown_ones_behind(sdk: ModuleType) -> None:
    data = {"zzz": 1, **dict(reversed(EVENT.items())), "aaa": 2}
    texts = {sdk.models.WorkstreamEvent.from_dict(data).to_json() for _ in range(3)}
    assert len(texts) == 1
    names = list(json.loads(texts.pop()))
    known = sdk.models.WorkstreamEvent.__struct_encode_fields__
    assert names[:-2] == [name for name in known if name in EVENT]
    assert names[-2:] == ["aaa", "zzz"]


def test_repr_leaves_out_what_is_unset(sdk: ModuleType) -> None:
    text = repr(sdk.models.GroupedTimestamp.from_dict(EVENT["created"]))
    moment = "datetime.datetime(2024, 10, 8, 7, 41, 12, 518204, tzinfo=datetime.timezone.utc)"
    assert text == f"GroupedTimestamp(value={moment})"
    new = sdk.models.GroupedTimestamp.from_dict(EVENT["created"] | {"new": 1})
    assert "additional_properties={'new': 1}" in repr(new)


def test_models_are_mutable_and_so_have_no_hash(sdk: ModuleType) -> None:
    event = sdk.models.WorkstreamEvent.from_dict(EVENT)
    with pytest.raises(TypeError, match="unhashable"):
        hash(event)
    other = msgspec.structs.replace(event, id="f", readable=sdk.UNSET)
    assert (event.id, other.id) == ("e", "f")
    assert other.application is event.application
    assert other != event


def test_a_broken_constraint_is_told_on_both_ways(sdk: ModuleType) -> None:
    score = {"manual": 2**53, "automatic": 0}
    with pytest.raises(sdk.DecodeError, match=r"\$\.manual"):
        sdk.models.Score.from_dict(score)
    with sdk.Client(base_url="http://localhost:1") as client:
        with pytest.raises(sdk.InvalidArgument, match=r"<= 9007199254740991.*\$\.score\.manual"):
            client.workstream_event.update(EVENT | {"score": score})
        with pytest.raises(sdk.InvalidArgument, match=r"\$\.internal_identifier"):
            client.workstream_events.create(
                {"application": APPLICATION, "trigger": {}, "internal_identifier": "a\n"}
            )


def test_known_data_round_trips(sdk: ModuleType) -> None:
    event = sdk.models.WorkstreamEvent.from_dict(EVENT)
    assert event.to_dict() == EVENT
    assert event.additional_properties is sdk.UNSET
    assert event.created.value == datetime(2024, 10, 8, 7, 41, 12, 518204, tzinfo=UTC)
    match event:
        case sdk.models.WorkstreamEvent(id="e", application=sdk.models.Application(name=name)):
            assert name == "VS_CODE"
        case _:
            pytest.fail("no match")


def test_whole_number_with_a_point_is_an_integer(sdk: ModuleType) -> None:
    text = json.dumps(EVENT).replace('"s": 0', '"s": 0.0')
    assert '"s": 0.0' in text
    assert sdk.models.WorkstreamEvent.from_json(text).summaries.indices == {"s": 0}


@pytest.mark.parametrize(
    "broken",
    [
        {key: value for key, value in EVENT.items() if key != "trigger"},
        EVENT | {"id": None},
        EVENT | {"id": 5},
        EVENT | {"id": None, "new": 1},
        EVENT | {"application": []},
        EVENT | {"created": {"value": "2024-10-08T07:41:12"}},
        EVENT | {"created": {"value": "yesterday"}},
        EVENT | {"summaries": {"iterable": [{"weight": 1}]}},
        EVENT | {"summaries": {"iterable": [], "indices": {"s": 0.5}}},
    ],
)
def test_what_the_contract_forbids_is_a_decode_error(sdk: ModuleType, broken: Any) -> None:
    with pytest.raises(sdk.DecodeError):
        sdk.models.WorkstreamEvent.from_dict(broken)


def test_half_a_character_is_a_decode_error_that_says_so(sdk: ModuleType) -> None:
    tag = sdk.models.ReferencedTag
    with pytest.raises(sdk.DecodeError, match=r"^not Unicode: surrogates not allowed at character"):
        tag.from_json('{"id":"\ud800"}')
    for text in ('{"id":"\\ud83d"}', '{"id":"\\uDBFFa"}', '["\\ud83d"]', '{"id":"\\ude00"}'):
        with pytest.raises(sdk.DecodeError, match="surrogate pair"):
            tag.from_json(text)
    for text in ('{"id":"\\ud83d\\ude00', '{"id":"x'):
        with pytest.raises(sdk.DecodeError, match="truncated"):
            tag.from_json(text)


def test_models_are_plain_msgspec_to_the_decoder(sdk: ModuleType) -> None:
    """The fast path: known data needs no second look."""
    decoder = msgspec.json.Decoder(sdk.models.WorkstreamEvent)
    assert decoder.decode(json.dumps(EVENT)).to_dict() == EVENT


def moments(value: Any) -> Any:
    """`value` with its date-times in one spelling: 7:00Z and 8:00.000+01:00 are the same."""
    if isinstance(value, dict):
        return {key: moments(item) for key, item in value.items()}
    if isinstance(value, list):
        return [moments(item) for item in value]
    if isinstance(value, str) and re.match(r"\d{4}-(0\d|1[0-2])-\d\dT.*[Z+-]", value):
        return datetime.fromisoformat(value).astimezone(UTC).isoformat()
    return value


def test_every_example_of_the_spec_round_trips(sdk: ModuleType, api: Api) -> None:
    examples = [(r.schema, r.example) for o in api.operations for r in o.responses if r.schema]
    examples += [(o.body.schema, o.body.example) for o in api.operations if o.body]
    assert len(examples) >= 10
    for schema, example in examples:
        model = getattr(sdk.models, schema)
        odd = {**example, "unknown": {"deep": [None]}}
        for data in (example, odd):
            assert moments(model.from_dict(data).to_dict()) == moments(data)
        assert model.from_dict(example).additional_properties is sdk.UNSET


@pytest.mark.parametrize("broken", [False, True])
@pytest.mark.parametrize("collecting", [False, True])
def test_a_large_document_leaves_the_garbage_collector_as_it_was(
    sdk: ModuleType, broken: bool, collecting: bool
) -> None:
    events = [EVENT] * 1000 + ([{}] if broken else [])
    text = json.dumps({"iterable": events})
    before = gc.isenabled()
    try:
        (gc.enable if collecting else gc.disable)()
        if broken:
            with pytest.raises(sdk.DecodeError):
                sdk.models.WorkstreamEvents.from_json(text)
        else:
            assert len(sdk.models.WorkstreamEvents.from_json(text).iterable) == 1000
        assert gc.isenabled() is collecting
    finally:
        (gc.enable if before else gc.disable)()
