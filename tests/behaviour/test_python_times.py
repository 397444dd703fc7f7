"""Date-times finer than microseconds: never later than they were, and not lost."""

from __future__ import annotations

import copy
import importlib
import json
import pickle
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest

from specpipe.pipeline import read_spec

from .conftest import Caller, Reply, Stub
from .test_python_lossless import EVENT, with_unknown
from .test_python_properties import SPECS, imported

FINE = "2024-10-08T07:41:12.123456789Z"
CUT = datetime(2024, 10, 8, 7, 41, 12, 123456, tzinfo=UTC)


@pytest.fixture(scope="module")
def times(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The SDK of a spec with date-times in lists and maps."""
    path = list(sys.path)
    yield importlib.import_module(
        imported(*read_spec(SPECS["every-keyword"]), tmp_path_factory.mktemp("sdk"))
    )
    sys.path[:] = path


def fine(text: str = FINE, event: dict[str, Any] | None = None) -> dict[str, Any]:
    data = copy.deepcopy(event or EVENT)
    data["created"]["value"] = text
    return data


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (FINE, CUT),
        ("2024-10-08T07:41:12.9999999Z", CUT.replace(microsecond=999999)),
        ("2024-12-31T23:59:59.9999999+00:00", datetime(2024, 12, 31, 23, 59, 59, 999999, UTC)),
        ("9999-12-31T23:59:59.9999999Z", datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)),
        ("2024-10-08T13:11:12.1234560000+05:30", CUT),
        ("2024-10-08T02:11:12.123456999-05:30", CUT),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, 999999, UTC)),
        ("2016-12-31T18:59:60.5-0500", datetime(2016, 12, 31, 23, 59, 59, 999999, UTC)),
        ("2024-10-07T23:41:12.123456-08", CUT),
    ],
)
def test_they_are_cut_and_their_text_is_kept(sdk: ModuleType, text: str, moment: Any) -> None:
    event = sdk.models.WorkstreamEvent.from_dict(fine(text))
    assert event.created.value == moment
    assert event.created.additional_properties == {"value": text}
    assert event.updated.additional_properties is sdk.UNSET
    assert event.to_dict() == fine(text)


@pytest.mark.parametrize("text", ["2024-10-08t07:41:12.123456z", "2024-10-08 13:11:12.123456+0530"])
def test_other_spellings_are_the_same_moment(sdk: ModuleType, text: str) -> None:
    event = sdk.models.WorkstreamEvent.from_dict(fine(text))
    assert event.created.value == CUT
    assert event.created.additional_properties is sdk.UNSET
    again = sdk.models.WorkstreamEvent.from_json(event.to_json())
    assert again.created.value == CUT


@pytest.mark.parametrize(
    "text", ["2016-12-31T22:59:60Z", "2016-12-31T23:59:61Z", "2024-10-08T24:00:00Z", "9999:60Z"]
)
def test_there_is_no_such_moment(sdk: ModuleType, text: str) -> None:
    with pytest.raises(sdk.DecodeError):
        sdk.models.WorkstreamEvent.from_dict(fine(text))


@pytest.mark.parametrize("event", [EVENT, with_unknown()], ids=["known", "unknown"])
def test_what_is_read_is_written_back_as_it_was(
    call: Caller, stub: Stub, event: dict[str, Any]
) -> None:
    stub.answer(Reply(body=json.dumps(fine(event=event)).encode()))
    got = call(lambda client: client.workstream_event.get("e"))
    got.window_title = "changed"
    call(lambda client: client.workstream_event.update(got))
    assert json.loads(stub.seen[-1].body) == fine(event=event) | {"windowTitle": "changed"}


def test_a_member_that_is_changed_loses_the_old_text(sdk: ModuleType) -> None:
    event = sdk.models.WorkstreamEvent.from_dict(fine())
    event.created.value = datetime(2025, 1, 1, tzinfo=UTC)
    assert event.to_dict()["created"] == {"value": "2025-01-01T00:00:00Z"}
    event.created.value = CUT
    assert event.to_dict()["created"] == {"value": FINE}


@pytest.mark.parametrize("odd", [None, 5, "x", "x.1234567Z", {}, "2024-10-08T07:41:12.123456Z"])
def test_nothing_else_takes_the_place_of_a_date_time(sdk: ModuleType, odd: Any) -> None:
    event = sdk.models.WorkstreamEvent.from_dict(EVENT)
    event.created.additional_properties = {"value": odd}
    assert event.to_dict() == EVENT


def test_copies_are_equal(sdk: ModuleType) -> None:
    event = sdk.models.WorkstreamEvent.from_dict(fine())
    for other in (
        copy.deepcopy(event),
        pickle.loads(pickle.dumps(event)),
        sdk.models.WorkstreamEvent.from_json(event.to_json()),
    ):
        assert other == event
        assert other.to_dict() == fine()


@pytest.mark.parametrize(
    "text", ["2024-13-08T07:41:12.1234567Z", "x.1234567Z", "2024-10-08T07:41:12.1234567"]
)
def test_text_that_is_no_date_time_is_refused_as_ever(sdk: ModuleType, text: str) -> None:
    with pytest.raises(sdk.DecodeError):
        sdk.models.WorkstreamEvent.from_dict(fine(text))


def test_text_that_only_looks_like_one_is_left_alone(sdk: ModuleType) -> None:
    data = EVENT | {"windowTitle": FINE, "new": FINE, "id": FINE}
    event = sdk.models.WorkstreamEvent.from_dict(data)
    assert (event.window_title, event.id) == (FINE, FINE)
    assert event.to_dict() == data


def test_a_plain_dict_is_sent_as_it_is(call: Caller, stub: Stub) -> None:
    stub.answer(Reply(body=json.dumps(EVENT).encode()))
    call(lambda client: client.workstream_event.update(fine()))
    assert json.loads(stub.seen[-1].body) == fine()


def test_lists_and_maps_of_them_are_kept_whole_until_they_change(times: ModuleType) -> None:
    data = {
        "times": ["2024-10-08T07:41:12Z", FINE],
        "days": {"a": FINE, "b": "2016-12-31T23:59:60Z"},
        "grid": [[FINE], [FINE, "2024-10-08T07:41:12-08"]],
        "whole": 3,
    }
    word = times.models.Word.from_dict(data)
    assert word.times[1] == word.days["a"] == word.grid[0][0] == CUT
    assert word.additional_properties == {name: data[name] for name in ("times", "days", "grid")}
    assert word.to_dict() == data
    assert pickle.loads(pickle.dumps(word)).to_dict() == data
    word.times.append(CUT)
    word.days["a"] = CUT.replace(hour=1)
    written = "2024-10-08T07:41:12.123456Z"
    assert word.to_dict() == data | {
        "times": ["2024-10-08T07:41:12Z", written, written],
        "days": {"a": "2024-10-08T01:41:12.123456Z", "b": "2016-12-31T23:59:59.999999Z"},
    }


def test_without_an_object_to_keep_their_text_they_are_refused(times: ModuleType) -> None:
    decode = importlib.import_module(f"{times.__name__}._model").decode
    known = dict[str, datetime]
    assert decode(b'{"a": "2024-10-08T07:41:12.123456Z"}', known) == {"a": CUT}
    with pytest.raises(times.DecodeError, match="outside of an object"):
        decode(json.dumps({"a": FINE}).encode(), known)
