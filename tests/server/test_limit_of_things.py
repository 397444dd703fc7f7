"""A stored thing is bounded, by however many requests it grows."""

from __future__ import annotations

import json

import pytest

LIMIT = 4_000
SCRIPT = """
import sys
from {package} import app, __main__
from {package}.runtime.limits import Limits

def create_app(**settings):
    return app.create_app(**{{**settings, "limits": Limits(thing={limit})}})

__main__.create_app = create_app
sys.argv[0] = "server"
__main__.run()
"""


@pytest.fixture(scope="module")
def start_with(start_once, package, tmp_path_factory):
    """Starts servers on one file, by their limit."""
    file = tmp_path_factory.mktemp("database") / "e.db"

    def start_with(limit):
        return start_once(script=SCRIPT.format(package=package, limit=limit), database=file)

    return start_with


@pytest.fixture(scope="module")
def server(start_with):
    return start_with(LIMIT)


def refused(reply):
    """Whether it was told that the thing would be too large, and what the limit is."""
    return (
        reply.status_code == 413
        and reply.headers["content-type"] == "text/plain; charset=utf-8"
        and reply.text.count("\n") == 1
        and f"{LIMIT} at most" in reply.text
    )


def test_it_cannot_be_created_larger(events, seed):
    before = events.listed()
    assert refused(events.create(seed(readable="x" * LIMIT)))
    assert events.listed() == before


def test_what_is_sent_in_few_bytes_counts_as_what_it_is_stored_in(events, seed):
    """`1e15` is stored as 1000000000000000.0."""
    text = json.dumps(seed(unknown=["N"] * 300)).replace('"N"', "1e15")
    assert len(text) < LIMIT / 2
    headers = {"content-type": "application/json"}
    reply = events.client.post("/workstream_events/create", content=text, headers=headers)
    assert refused(reply), reply.text


def test_an_update_cannot_make_it_larger_and_changes_nothing_then(events):
    event = events.new(readable="x" * 2_000)
    assert refused(events.update({**event, "more": "x" * 2_000}))
    assert events.read(event["id"]) == event
    assert refused(events.update({**event, "context": {"more": "x" * 2_000}}))
    assert events.read(event["id"]) == event


@pytest.mark.parametrize("operation", ["associate", "disassociate"])
def test_it_cannot_be_filled_up_in_small_steps(events, operation):
    event = events.new()
    step = getattr(events, operation)
    replies = []
    while not replies or replies[-1].status_code == 204:
        assert len(replies) < 100
        replies.append(step(event["id"], f"{len(replies):0100}"))
    assert len(replies) > 10
    assert refused(replies[-1])
    indices = events.read(event["id"])["summaries"]["indices"]
    assert len(indices) == len(replies) - 1
    assert step(event["id"], "0" * 100).status_code == 204, "what does not make it grow is done"


def test_what_is_larger_since_the_limit_was_lowered_may_shrink(start_with, events):
    large = start_with(LIMIT * 10).events.new(readable="x" * LIMIT * 5)
    assert events.read(large["id"]) == large
    assert refused(events.update({**large, "readable": "x" * LIMIT * 6}))
    smaller = events.update({**large, "readable": "x" * LIMIT * 4})
    assert smaller.status_code == 200, smaller.text
    assert len(events.read(large["id"])["readable"]) == LIMIT * 4
