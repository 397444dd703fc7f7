"""Several clients change one event at once, through two servers on one database: afterwards it is as
if they had taken turns. Hypothesis chooses what each of them does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.engines

SUMMARIES = ["s", "t", "u"]
COUNTERS = ["reuse", "searched"]
MEMBERS = ["readable", "window_title"]
STEPS = st.one_of(
    st.tuples(st.just("increment"), st.sampled_from(COUNTERS)),
    st.tuples(st.just("associate"), st.sampled_from(SUMMARIES)),
    st.tuples(st.just("disassociate"), st.sampled_from(SUMMARIES)),
    st.tuples(st.just("update"), st.sampled_from([*MEMBERS, "own"])),
)
WRITERS = st.lists(st.lists(STEPS, min_size=1, max_size=8), min_size=2, max_size=6)


@pytest.fixture(scope="module")
def servers(start_once, tmp_path_factory):
    file = tmp_path_factory.mktemp("shared") / "shared.db"
    return [start_once(database=file).events for _ in range(2)]


def do(events, event, writer, steps):
    """A writer's steps, one after the other. Gives the times that its updates were told."""
    told = []
    for number, (verb, name) in enumerate(steps):
        if verb == "update":
            member = f"own_{writer}" if name == "own" else name
            reply = events.update({**event, member: f"{writer} {number}"})
            assert reply.status_code == 200, reply.text
            told.append(reply.json()["updated"]["value"])
        else:
            reply = getattr(events, verb)(event["id"], name)
            assert reply.status_code == 204, reply.text
    return told


def last(writers, wanted):
    """The last step of each writer, with its number, among those that are `wanted`."""
    found = []
    for writer, steps in enumerate(writers):
        chosen = [(number, step) for number, step in enumerate(steps) if wanted(step)]
        if chosen:
            found.append((writer, *chosen[-1]))
    return found


def check_members(event, writers):
    """A member that all write has what one of them wrote last; one of a writer's own, its last."""
    for member in MEMBERS:
        ends = last(writers, lambda step, name=member: step == ("update", name))
        assert event.get(member) in ([f"{w} {n}" for w, n, _ in ends] or [None])
    for writer, number, _ in last(writers, lambda step: step == ("update", "own")):
        assert event[f"own_{writer}"] == f"{writer} {number}"


def check_counters(event, writers):
    """Each increment counted once, and all together."""
    steps = [step for steps in writers for step in steps]
    score = event.get("score", {})
    for counter in COUNTERS:
        assert score.get(counter, 0) == steps.count(("increment", counter))
    assert score.get("manual", 0) == sum(verb == "increment" for verb, _ in steps)


def check_references(event, writers):
    """A reference is there, once, if that is how one of the writers left it."""
    collection = event.get("summaries", {"iterable": [], "indices": {}})
    items = [item["id"] for item in collection["iterable"]]
    assert len(items) == len(set(items))
    for id in SUMMARIES:
        ends = {s[0] for _, _, s in last(writers, lambda s, id=id: s[1] == id)}
        assert ("associate" if id in items else "disassociate") in (ends or {"disassociate"})
        position = items.index(id) if id in items else -1
        assert collection["indices"].get(id, -1) == position


@settings(max_examples=25, deadline=None)
@given(writers=WRITERS)
def test_what_several_writers_do_at_once_is_as_if_they_took_turns(servers, writers):
    event = servers[0].new()
    with ThreadPoolExecutor(len(writers)) as pool:
        calls = [
            pool.submit(do, servers[number % 2], event, number, steps)
            for number, steps in enumerate(writers)
        ]
        told = [call.result() for call in calls]
    found = servers[1].read(event["id"])
    check_members(found, writers)
    check_counters(found, writers)
    check_references(found, writers)
    times = [time for times in told for time in times]
    assert len(set(times)) == len(times)
    assert all(times == sorted(times) for times in told)
    assert found["updated"]["value"] >= max([event["updated"]["value"], *times])


def test_many_writers_of_one_event_all_get_through(servers):
    """Each of forty clients adds ten times, with no pause, to one counter."""
    event = servers[0].new()
    with ThreadPoolExecutor(40) as pool:
        calls = [
            pool.submit(do, servers[n % 2], event, n, [("increment", "reuse")] * 10)
            for n in range(40)
        ]
        for call in calls:
            call.result()
    assert servers[1].read(event["id"])["score"] == {"automatic": 0, "manual": 400, "reuse": 400}
