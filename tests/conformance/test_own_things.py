"""What the judge sends to a server that holds things of somebody's, request by request."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time

import pytest

from specpipe import pipeline
from specpipe.conformance import judge
from specpipe.conformance.exchange import Exchange
from specpipe.conformance.gate import Unsafe
from specpipe.conformance.journal import kept, pending, place
from specpipe.conformance.judge import clean_up, opened
from specpipe.conformance.ledger import Ledger
from specpipe.conformance.oracle import path_values
from specpipe.conformance.own_gate import Own
from specpipe.conformance.pace import Pace
from specpipe.conformance.process import Running
from specpipe.conformance.profile import PROFILES
from specpipe.conformance.session import Session
from specpipe.conformance.trial import Trial
from specpipe.conformance.verdict import Verdict
from specpipe.conformance.wire import Unreachable
from specpipe.diagnostics import ToolError
from specpipe.spec.model import Create, Delete, Identifiers, Update, reads_only
from specpipe.workspace import OUT, SPEC

from .conftest import KEY
from .recorder import nothing, recorded
from .test_foreign_server import contents, fill

DOCUMENT, API = pipeline.read_spec(SPEC)
CREATE = next(o for o in API.operations if isinstance(o.behaviour, Create))


def operation_of(seen):
    """The operation of the spec that a request is for; None when there is none."""
    path = seen.target.partition("?")[0]
    fitting = [
        (len(values), operation.id, operation)
        for operation in API.operations
        if operation.method == seen.method
        and (values := path_values(operation.path, path)) is not None
    ]
    return min(fitting)[2] if fitting else None


def writing(requests):
    """(operation, request) of all that may change something."""
    pairs = [(operation_of(seen), seen) for seen in requests]
    return [
        (o, s) for o, s in pairs if (not reads_only(o) if o else s.method not in ("GET", "HEAD"))
    ]


def ids_of(operation, seen):
    """The ids of things that a writing request is about."""
    values = path_values(operation.path, seen.target.partition("?")[0])
    ids = (
        {values[operation.behaviour.id]}
        if getattr(operation.behaviour, "id", "") in values
        else set()
    )
    if isinstance(operation.behaviour, Create | Update) and seen.body:
        name = operation.behaviour.id if isinstance(operation.behaviour, Create) else "id"
        ids |= {json.loads(seen.body).get(name)} - {None}
    return ids


def trial_on(server):
    return Trial(SPEC, DOCUMENT, API, OUT, server, PROFILES["smoke"], seed=1, foreign=True)


def start_judge(server, folder, *more):
    command = [sys.executable, "-m", "specpipe", "conformance", "--base-url", server.base_url]
    command += ["--allow-writes", "1", "--rate", "0", "--report-dir", f"{folder}/reports", *more]
    return subprocess.Popen(
        command,
        env=os.environ | {"API_KEY": KEY},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_every_writing_request_is_about_what_the_judge_made_or_what_nobody_has(
    saboteur, make, tmp_path
):
    with saboteur("none") as server:
        theirs = fill(server, count=200)
        before = contents(tmp_path)
        with recorded(server) as recorder:
            result = make(
                "conformance",
                BASE_URL=recorder.running.base_url,
                API_KEY=KEY,
                ALLOW_WRITES="1",
                PROFILE="smoke",
            )
        after = contents(tmp_path)
    written = writing(recorder.seen)
    given = {json.loads(s.reply)["id"] for o, s in written if o is CREATE and s.status == 200}
    listed = {
        id
        for s in recorder.seen
        if s.target.startswith("/workstream_events/identifiers")
        for id in theirs
        if id in s.reply.decode()
    }

    assert result.returncode == 0, result.stdout
    assert result.stdout.splitlines()[-1].startswith(
        "CONFORMS (writing operations not fuzzed): 10 of 10 operations reached"
    )
    assert {o.id for o, _ in written} == {o.id for o in API.operations if not reads_only(o)}
    assert len(given) > 20
    assert given.isdisjoint(theirs)
    assert listed == set(theirs)  # so they could have been written to
    for operation, seen in written:
        assert ids_of(operation, seen).isdisjoint(theirs), seen
        assert not any(id in seen.target or id.encode() in seen.body for id in theirs), seen
    proposed = [s for o, s in written if o is CREATE and s.body and ids_of(o, s)]
    assert len(proposed) > 20
    assert before == after


def test_the_gate_lets_no_write_to_what_is_somebodys_through(saboteur, tmp_path):
    with saboteur("none") as server, recorded(server) as recorder:
        (theirs,) = fill(server, count=1)
        before = contents(tmp_path)
        trial = trial_on(recorder.running)
        (resource,) = API.resources
        with opened(trial, writes=True) as session:
            subject = session.subject(resource)
            thing = subject.read(theirs)
            (late,) = fill(server, count=1)  # made by somebody after the judge came, and seen
            assert late in subject.identifiers()
            for id in (theirs, late):
                with pytest.raises(Unsafe, match="which is somebody's"):
                    subject.delete(id)
                with pytest.raises(Unsafe, match="which is somebody's"):
                    subject.update(thing | {"id": id})
                with pytest.raises(Unsafe, match="which is somebody's"):
                    subject.create(subject.seed() | {CREATE.behaviour.id: id})
            own = subject.id_of(subject.create())
            subject.delete(own)
        assert contents(tmp_path)[: len(before)] == before
    assert [s.target for o, s in writing(recorder.seen) if isinstance(o.behaviour, Delete)] == [
        f"/workstream_events/{own}/delete"
    ]


def test_without_leave_to_write_the_gate_lets_nothing_through_that_writes(saboteur):
    changing = [operation for operation in API.operations if not reads_only(operation)]
    with (
        saboteur("none") as server,
        recorded(server) as recorder,
        opened(trial_on(recorder.running), writes=False) as session,
    ):
        for operation in changing:
            with pytest.raises(Unsafe, match="it changes something"):
                session.wire.send(operation, {}, body={})
    assert recorder.seen == []


def test_what_a_killed_run_left_is_removed_by_its_journal_and_nothing_else(
    saboteur, make, tmp_path
):
    with saboteur("none") as server:
        fill(server, count=200)
        before = contents(tmp_path)
        judge = start_judge(server, tmp_path, "--profile", "deep")
        while len(contents(tmp_path)) < len(before) + 3:
            assert judge.poll() is None
        judge.send_signal(signal.SIGKILL)
        judge.communicate()
        left = contents(tmp_path)
        reading = make("conformance", BASE_URL=server.base_url, API_KEY=KEY, PROFILE="smoke")
        mode = stat.S_IMODE(place(server.base_url).stat().st_mode)
        result = make("conformance", BASE_URL=server.base_url, API_KEY=KEY, CLEANUP="1")
        after = contents(tmp_path)
        again = make("conformance", BASE_URL=server.base_url, API_KEY=KEY, CLEANUP="1")

    assert len(left) > len(before)
    assert f"CLEANUP=1 BASE_URL={server.base_url}" in reading.stdout
    assert mode == 0o600
    assert result.returncode == 0, result.stderr
    assert f"{len(left) - len(before)} removed" in result.stdout
    assert before == after
    assert not place(server.base_url).exists()
    assert "nothing to remove" in again.stdout


def test_a_create_whose_answer_never_came_is_removed_too(saboteur, make, tmp_path):
    """Its id was the judge's proposal, and so was in the journal before the request was sent."""
    with saboteur("none") as server, recorded(server) as recorder:
        url = recorder.running.base_url
        recorder.keeps_back = lambda seen: operation_of(seen) is CREATE and bool(seen.body)
        judge = start_judge(recorder.running, tmp_path, "--profile", "smoke")
        assert recorder.kept_back.wait(60)
        judge.send_signal(signal.SIGKILL)
        judge.communicate()
        left = [row[1] for row in contents(tmp_path)]
        recorder.keeps_back = nothing
        result = make("conformance", BASE_URL=url, API_KEY=KEY, CLEANUP="1")
        after = contents(tmp_path)

    assert left
    assert {id for _, id in pending(url).things} == set()
    assert result.returncode == 0, result.stderr
    assert after == []


def test_what_was_made_anew_under_an_id_of_the_journal_is_left_alone(saboteur, make, tmp_path):
    """The judge's thing is gone, and somebody has made one with the same id since."""
    with saboteur("none") as server:
        theirs = fill(server, count=1)
        (resource,) = API.resources
        with kept(server.base_url) as journal:
            journal.made(resource, theirs[0], {"created": {"value": "2020-01-01T00:00:00Z"}})
        before = contents(tmp_path)
        result = make("conformance", BASE_URL=server.base_url, API_KEY=KEY, CLEANUP="1")
        after = contents(tmp_path)

    assert "1 left alone" in result.stdout
    assert before == after


def test_a_journal_survives_a_line_that_was_torn(state):
    url = "http://127.0.0.1:1"
    with kept(url) as journal:
        journal.asks("thing", "a")
        journal.asks("thing", None)
    with place(url).open("ab") as file:
        file.write(b'{"did": "ga')

    assert set(pending(url).things) == {("thing", "a")}
    assert len(pending(url).unanswered) == 1
    with kept(url) as journal:
        number = journal.asks("thing", None)
        journal.answered(number)
        journal.gone("thing", "a")
    assert not pending(url).things
    assert len(pending(url).unanswered) == 1  # that of the first run: numbers do not come again


def test_one_run_at_a_time_writes_to_a_server(state):
    url = "http://127.0.0.1:1"
    with kept(url), pytest.raises(ToolError, match="another run is writing"), kept(url):
        pass


def test_the_journal_of_another_server_is_refused(state):
    mine, other = "http://127.0.0.1:1", "http://127.0.0.1:2"
    with kept(mine) as journal:
        journal.asks("thing", "a")
    place(mine).rename(place(other))

    with pytest.raises(ToolError, match="not the journal of"):
        pending(other)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"CLEANUP": "1"}, "CLEANUP: of which server? Say it with BASE_URL"),
        ({"RATE": "fast"}, "RATE: fast: a number of requests a second, 0 for no bound"),
        ({"RATE": "-1"}, "RATE: -1: a number of requests a second"),
        ({"SEED": "-1"}, "SEED: -1: a whole number from 0"),
        ({"BASE_URL": "http://[::1"}, "BASE_URL: http://[::1: write it as http://host:port"),
        ({"BASE_URL": "http://h:99999"}, "BASE_URL: http://h:99999: write it as"),
        ({"BASE_URL": "http://h:port"}, "BASE_URL: http://h:port: write it as"),
        ({"BASE_URL": "http://h/#x"}, "BASE_URL: http://h/#x: write it as"),
    ],
)
def test_a_mistake_is_told_in_one_line(make, variables, words):
    result = make("conformance", **variables)

    assert "Error 2" in result.stderr
    assert words in result.stderr.splitlines()[0]


def test_a_journal_that_cannot_be_kept_stops_writing(saboteur, make, tmp_path):
    (tmp_path / "state").write_text("not a folder")
    with saboteur("none") as server:
        result = make("conformance", BASE_URL=server.base_url, API_KEY=KEY, ALLOW_WRITES="1")
        after = contents(tmp_path)

    assert "so nothing is written" in result.stderr
    assert after == []


def test_threads_together_keep_a_pace():
    pace, started = Pace(200), time.monotonic()
    threads = [threading.Thread(target=lambda: [pace.wait() for _ in range(10)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert time.monotonic() - started >= 39 / 200


def test_what_fuzzes_keeps_the_pace_as_well(saboteur, make):
    reading = next(o.id for o in API.operations if isinstance(o.behaviour, Identifiers))
    with saboteur("none") as server, recorded(server) as recorder:
        result = make(
            "conformance",
            BASE_URL=recorder.running.base_url,
            API_KEY=KEY,
            PROFILE="quick",
            OPERATION=reading,
            RATE="40",
        )
    times = [seen.at for seen in recorder.seen if "schemathesis" in seen.agent]

    assert "at most 40 requests a second" in result.stdout
    assert len(times) > 10
    # Whatever holds up the first of them makes this shorter, by less than a fifth.
    assert times[-1] - times[0] >= 0.8 * (len(times) - 1) / 40


def test_a_create_whose_answer_names_nothing_stays_in_the_journal(state):
    """What it made, if anything, is on the server, and nobody knows its id."""
    url = "http://127.0.0.1:1"
    with kept(url) as journal:
        gate = Own(Pace(), {resource: Ledger() for resource in API.resources}, journal)
        for status, body in ((200, b'{"id": "a", "id": "b"}'), (400, b"")):
            number = gate.before(CREATE, {}, None)
            gate.after(number, CREATE, {}, Exchange("POST", url, {}, None, status, {}, body))

    assert len(pending(url).unanswered) == 1


@pytest.mark.parametrize("id", ["\ud800", "x" * 70_000])
def test_an_id_that_no_url_can_hold_does_not_keep_the_others_from_being_removed(saboteur, id):
    with saboteur("none") as server, opened(trial_on(server), writes=True) as session:
        (resource,) = API.resources
        made = session.subject(resource).create()["id"]
        session.ledgers[resource].claim(id, None)
        verdict = Verdict()
        clean_up(session, verdict)
        left = session.subject(resource).identifiers()

    assert made not in left


def test_a_server_that_has_gone_silent_is_not_asked_to_delete_each_thing(monkeypatch):
    asked = []

    def unanswered(trial, resource, wire, id):
        asked.append(id)
        raise Unreachable("no answer")

    monkeypatch.setattr(judge, "removed", unanswered)
    session = Session(trial_on(Running("http://127.0.0.1:1", KEY)))
    (resource,) = API.resources

    assert judge.remaining(session, resource, ["c", "a", "b"]) == {"a", "b", "c"}
    assert asked == ["a"]


def test_a_clean_up_lives_through_an_answer_that_breaks_off(misbehaving, make, state):
    with misbehaving("breaks_off") as server:
        with kept(server.base_url) as journal:
            journal.asks(API.resources[0].name.wire, "a")
        result = make("conformance", BASE_URL=server.base_url, API_KEY=KEY, CLEANUP="1")

    assert "1 could not be removed" in result.stdout, result.stderr
    assert "Traceback" not in result.stderr
    assert set(pending(server.base_url).things) == {(API.resources[0].name.wire, "a")}
