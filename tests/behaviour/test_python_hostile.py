"""What only bad luck or ill will brings about: nothing goes lost or changes in silence."""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from specpipe.spec.model import Api

from .conftest import Caller, Reply, Stub
from .test_python_lossless import APPLICATION, EVENT

SEED = {"application": APPLICATION, "trigger": {}}
LOCAL_TIME = datetime(1900, 1, 1, tzinfo=timezone(timedelta(minutes=19, seconds=32)))
"""As it was in Amsterdam."""


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), float("-inf"), LOCAL_TIME])
def test_what_json_would_change_is_not_sent(call: Caller, stub: Stub, wrong: Any) -> None:
    sdk = call.sdk
    model = sdk.models.SeededWorkstreamEvent.from_dict(SEED)
    model.additional_properties = {"new": [{"deep": wrong}]}
    for body in (model, {**SEED, "new": (wrong,)}):
        with pytest.raises(sdk.InvalidArgument, match="cannot be sent as JSON: "):
            call(lambda client, body=body: client.workstream_events.create(body))
    extra = {"new": wrong}
    with pytest.raises(sdk.InvalidArgument, match="cannot be sent as JSON: "):
        call(lambda client: client.workstream_events.create(SEED, extra_body=extra))
    assert stub.seen == []


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), LOCAL_TIME])
def test_what_json_would_change_is_not_converted(sdk: ModuleType, wrong: Any) -> None:
    model = sdk.models.SeededWorkstreamEvent.from_dict(SEED)
    model.additional_properties = {"new": [wrong]}
    seed = {**SEED, "new": wrong}
    for use in (model.to_dict, lambda: sdk.models.SeededWorkstreamEvent.from_dict(seed)):
        with pytest.raises(sdk.InvalidArgument, match="cannot be sent as JSON: "):
            use()


@pytest.mark.parametrize("microsecond", [0, 5])
def test_a_date_time_without_an_offset_is_not_converted(sdk: ModuleType, microsecond: int) -> None:
    moment = sdk.models.GroupedTimestamp.from_dict(EVENT["created"])
    moment.value = datetime(2024, 1, 2, 3, 4, 5, microsecond)
    with pytest.raises(sdk.InvalidArgument, match=r"^GroupedTimestamp\.value: a date-time with"):
        moment.to_dict()


def test_none_where_the_contract_has_no_null_is_not_sent_of_a_model(
    call: Caller, stub: Stub
) -> None:
    sdk = call.sdk
    read = sdk.models.WorkstreamEvent.from_dict(EVENT | {"readable": None, "context": None})
    stub.answer(Reply(body=json.dumps(EVENT).encode()))
    for body in (read, EVENT | {"readable": None}):
        call(lambda client, body=body: client.workstream_event.update(body))
        assert json.loads(stub.seen[-1].body)["readable"] is None
    stub.seen.clear()
    event = sdk.models.WorkstreamEvent.from_dict(EVENT)
    event.summaries.iterable[0].schema = None
    for wrong in (event, sdk.models.WorkstreamEvent.from_dict(EVENT | {"readable": None})):
        wrong.readable = None
        with pytest.raises(
            sdk.InvalidArgument, match=r"\.readable: None: the contract has no null"
        ):
            call(lambda client, wrong=wrong: client.workstream_event.update(wrong))
    event.readable = sdk.UNSET
    with pytest.raises(sdk.InvalidArgument, match=r"\.schema: None: the contract has no null"):
        call(lambda client: client.workstream_event.update(event))
    assert stub.seen == []


def test_null_and_other_offsets_are_sent(call: Caller, stub: Stub) -> None:
    stub.answer(Reply(body=json.dumps(EVENT).encode()))
    offset = timezone(timedelta(hours=-3, minutes=-30))
    new = {"a": None, "b": datetime(2024, 1, 1, tzinfo=offset), "c": datetime(2024, 1, 1)}
    call(lambda client: client.workstream_events.create({**SEED, "new": new}))
    assert json.loads(stub.seen[0].body)["new"] == {
        "a": None,
        "b": "2024-01-01T00:00:00-03:30",
        "c": "2024-01-01T00:00:00",
    }


@pytest.mark.parametrize("wrong", [float("nan"), LOCAL_TIME])
def test_no_update_changes_it_either(sdk: ModuleType, stub: Stub, wrong: Any) -> None:
    stub.reply = lambda _: Reply(body=json.dumps(EVENT).encode())

    def change(event: Any) -> None:
        event.additional_properties = {"new": wrong}

    with sdk.Client(stub.url) as client, pytest.raises(sdk.InvalidArgument, match="as JSON"):
        client.workstream_event.modify("e", change)
    assert {seen.method for seen in stub.seen} == {"GET"}


@pytest.mark.parametrize("spelled", ["\\u002B00:00", "\\u005a"])
def test_fine_times_are_kept_when_their_end_is_escaped(sdk: ModuleType, spelled: str) -> None:
    text = f'{{"value": "2024-01-01T00:00:00.9999999{spelled}"}}'
    stamp = sdk.models.GroupedTimestamp.from_json(text)
    assert stamp.value == datetime(2024, 1, 1, 0, 0, 0, 999999, tzinfo=UTC)
    assert stamp.to_dict() == json.loads(text)


def test_ctrl_c_leaves_the_garbage_collector_on(
    sdk: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    disable = gc.disable

    def struck() -> None:
        disable()
        raise KeyboardInterrupt

    assert gc.isenabled()
    monkeypatch.setattr(gc, "disable", struck)
    with pytest.raises(KeyboardInterrupt):
        sdk.models.WorkstreamEvents.from_dict({"iterable": [EVENT] * 1000})
    assert gc.isenabled()


def test_what_is_learned_while_a_decoder_is_made_is_not_forgotten(
    sdk: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or all that follow would be decoded twice, for as long as the process lives."""
    twins = importlib.import_module(f"{sdk.__name__}._twins")
    model = sdk.models.GroupedTimestamp
    text = b'{"value": "2024-01-01T00:00:00Z", "learned_meanwhile": 1}'
    make = twins._decoder

    def made_slowly(*given: Any) -> Any:
        decode = make(*given)
        monkeypatch.setattr(twins, "_decoder", make)
        other = threading.Thread(target=model.from_json, args=(text,))
        other.start()
        other.join()
        return decode

    known = b'{"value": "2024-01-01T00:00:00Z", "learned_before": 1}'
    model.from_json(known)
    monkeypatch.setattr(twins, "_decoder", made_slowly)
    model.from_json(known)
    assert twins._decoder is make
    assert twins.decoder(model, fine=False)(text) == model.from_json(text)


def test_endless_names_are_not_learned(sdk: ModuleType) -> None:
    lessons = importlib.import_module(f"{sdk.__name__}._lessons")
    model = sdk.models.EmbeddedModelSchema
    data = {"migration": 1, "semantic": "x", "n" * 10_000: 1}
    for _ in range(3):
        assert model.from_dict(data).to_dict() == data
    assert all(len(name) <= lessons.LONGEST for name in lessons.lesson(model).surplus)


@pytest.mark.parametrize("wanted", ["Fri, 31 Dec 9999 23:59:59 GMT", "999999999", "3601"])
def test_nobody_waits_for_hours(sdk: ModuleType, wanted: str) -> None:
    """Not even when there is no limit of time: the error says more than silence."""
    attempts = importlib.import_module(f"{sdk.__name__}._retry").Attempts
    busy = sdk.Response(503, {"retry-after": wanted}, b"")
    assert attempts(True, 1, None).after(busy) is None
    assert attempts(True, 1, None).after(sdk.Response(503, {"retry-after": "3600"})) == 3600


@pytest.mark.parametrize(
    "url", ["user:secret@h:1", "http:///user:secret@h", "http:/user:secret@h", "//user:secret@h"]
)
def test_a_password_in_half_an_address_is_not_shown(sdk: ModuleType, url: str) -> None:
    with pytest.raises(sdk.InvalidArgument, match="write it as http://host:port") as caught:
        sdk.Client(url)
    assert "secret" not in str(caught.value)


def test_what_is_no_list_of_ids_is_refused(call: Caller, stub: Stub) -> None:
    with pytest.raises(call.sdk.InvalidArgument, match="body: int where a list of ids is wanted"):
        call(lambda client: client.workstream_events.batch(5))
    assert stub.seen == []


FORKED_ASIDE = """
import os, signal, socket, sys, threading
from {package} import Client
from {package}.transports.pyreqwest import PyreqwestTransport

server = socket.create_server(("127.0.0.1", 0))
asked, struck = threading.Event(), threading.Event()

def serve():
    connection, _ = server.accept()
    connection.recv(65536)
    asked.set()
    struck.wait()
    body = b'{{"iterable": []}}'
    head = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n"
    connection.sendall(head % len(body) + body)

def fork():
    asked.wait()
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        try:
            os.write(writer, b"x")
            for _ in range(300):  # a signal just before a wait is heard after it
                threading.Event().wait(0.1)
        except KeyboardInterrupt:
            pass
        os._exit(0)
    os.read(reader, 1)
    os.kill(child, signal.SIGINT)
    os.waitpid(child, 0)
    threading.Event().wait(0.3)  # for the thread that watches, if it was told
    struck.set()

for target in (serve, fork):
    threading.Thread(target=target, daemon=True).start()
address = "http://127.0.0.1:%d" % server.getsockname()[1]
transport = {transport}
print(Client(address, retries=0, transport=transport).workstream_events.snapshot().iterable)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize("transport", ["None", "PyreqwestTransport(address)"])
def test_ctrl_c_for_a_child_does_not_end_the_call_of_its_parent(
    python_folder: Path, api: Api, transport: str
) -> None:
    """The child of another thread than the main one, which waits: as those of a pool are."""
    program = FORKED_ASIDE.format(package=f"{api.package.snake}_client", transport=transport)
    run = subprocess.run(
        (sys.executable, "-c", program),
        cwd=python_folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert (run.stdout, run.stderr, run.returncode) == ("[]\n", "", 0)
