"""An implementer's own handlers beside the default behaviour."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.engines

SCRIPT = """
import argparse, socket
import uvicorn
from {package} import Instant, Json, Refusal, Reply, Limits, create_app


class Mine:
    async def workstream_events_specific_workstream_event_snapshot(
        self, *, workstream_event: str, transferables: bool
    ):
        if workstream_event == "refused":
            raise Refusal(503, "closed\\nfor today", {{"Retry-After": "7"}})
        if workstream_event == "reply":
            return Reply(200, b"[]", "application/json", {{"X-Mine": "yes"}})
        if workstream_event == "broken":
            raise RuntimeError("a bug with a secret in it")
        return {{"mine": workstream_event, "full": transferables}}

    async def workstream_events_delete_specific_workstream_event(self, *, workstream_event: str):
        return None

    async def workstream_event_update(self, *, body, transferables: bool):
        return body.model

    async def workstream_events_identifiers_snapshot(self, *, limit, created_from, **rest):
        assert created_from is None or isinstance(created_from, Instant)
        return {{"iterable": [], "limit": limit, "rest": sorted(rest)}}


options = argparse.ArgumentParser()
options.add_argument("--port", type=int)
options.add_argument("--database-url")
given = options.parse_args()
listener = socket.create_server(("127.0.0.1", given.port))
print(f"listening on http://127.0.0.1:{{listener.getsockname()[1]}}", flush=True)
app = create_app(handlers=Mine(), database_url=given.database_url, limits=Limits(body=2000))
uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on")).run(sockets=[listener])
"""


@pytest.fixture(scope="module")
def server(start_once, package):
    """A server whose implementer answers four of the operations."""
    return start_once(script=SCRIPT.format(package=package))


def test_an_operation_that_is_implemented_is_answered_by_it(events):
    assert events.get("a%20b", transferables="false").json() == {"mine": "a b", "full": False}


def test_the_other_operations_keep_their_behaviour(events):
    event = events.new()
    assert events.associate(event["id"], "s").status_code == 204
    assert events.snapshot().json()["indices"] == {event["id"]: 0}


def test_a_refusal_is_answered_as_one_line_with_its_headers(events):
    reply = events.get("refused")
    assert (reply.status_code, reply.text) == (503, "closed\N{REPLACEMENT CHARACTER}for today\n")
    assert reply.headers["retry-after"] == "7"


def test_a_reply_is_sent_as_it_is(events):
    reply = events.get("reply")
    assert (reply.status_code, reply.json(), reply.headers["x-mine"]) == (200, [], "yes")


def test_a_bug_of_a_handler_is_500_and_tells_no_secret(events):
    reply = events.get("broken")
    assert reply.status_code == 500
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert "secret" not in reply.text
    assert events.get("working").status_code == 200


def test_nothing_returned_is_the_documented_status_without_a_body(events):
    reply = events.delete("whatever")
    assert (reply.status_code, reply.content) == (204, b"")


def test_a_body_comes_as_a_typed_model_that_can_be_returned(events, seed):
    now = {"value": "2024-01-01T00:00:00Z"}
    body = seed(id="e", created=now, updated=now, processing="LOCAL", newer=1)
    assert events.update(body).json() == {k: v for k, v in body.items() if k != "newer"}


def test_parameters_come_typed_and_checked(events):
    reply = events.identifiers(limit=3, created_from="2024-01-02T03:04:05+0530")
    assert reply.json()["limit"] == 3
    assert reply.json()["rest"] == ["created_to", "updated_from", "updated_to"]
    assert events.identifiers(limit=-1).status_code == 422


def test_the_limit_of_a_body_is_a_setting(events, seed):
    assert events.create(seed(readable="x" * 1000)).status_code == 200
    assert events.create(seed(readable="x" * 2000)).status_code == 413


@pytest.mark.parametrize(
    "handlers",
    ["object()", "type('Nothing', (), {})"],
    ids=["an object", "a class"],
)
def test_handlers_of_any_form_that_implement_nothing_are_refused_at_once(folder, package, handlers):
    code = f"import {package}; {package}.create_app(handlers={handlers})"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert "ValueError" in result.stderr
    assert "implements no operation" in result.stderr


FACTORY = """
from {package}.__main__ import run


class Loud:
    def __init__(self, defaults):
        self.defaults = defaults

    async def workstream_events_delete_specific_workstream_event(self, *, workstream_event):
        print("deleting", workstream_event, flush=True)
        return await self.defaults.workstream_events_delete_specific_workstream_event(
            workstream_event=workstream_event
        )


run(handlers={handlers})
"""


@pytest.mark.parametrize("handlers", ["Loud", "lambda defaults: Loud(defaults)"])
def test_handlers_can_be_made_from_the_defaults_and_fall_back_on_them(start, package, handlers):
    server = start(script=FACTORY.format(package=package, handlers=handlers))
    event = server.events.new()
    assert server.events.delete(event["id"]).status_code == 204
    assert server.process.stdout.readline() == f"deleting {event['id']}\n"
    assert server.events.delete(event["id"]).status_code == 410


def test_a_function_that_makes_handlers_which_implement_nothing_keeps_the_server_from_starting(
    folder, package, tmp_path
):
    code = f"from {package}.__main__ import run; run(handlers=lambda defaults: object())"
    result = subprocess.run(
        [sys.executable, "-c", code, "--port", "0", "--database-url", f"sqlite:///{tmp_path}/e.db"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert "implements no operation" in result.stderr
    assert result.returncode != 0
