"""schemathesis works beside what is done meanwhile, and goes when nobody waits for it any more."""

from __future__ import annotations

import fcntl
import io
import os

import pytest

from specpipe import pipeline
from specpipe.conformance import fuzz
from specpipe.conformance.process import Running
from specpipe.conformance.profile import PROFILES
from specpipe.conformance.progress import Progress
from specpipe.conformance.trial import Trial
from specpipe.workspace import OUT, SPEC

from .test_others import answering, unwritten

PIPE = 4096
"""Bytes that a pipe holds here: usually it is 65,536, which takes longer to fill."""


@pytest.fixture(scope="module")
def trial():
    """Of a server that fails whatever it is asked, of which there is much to tell."""
    document, api = pipeline.read_spec(SPEC)
    with answering(unwritten) as url:
        yield Trial(SPEC, document, api, OUT, Running(url, None), PROFILES["smoke"], seed=1)


def test_it_comes_to_its_end_while_nobody_listens_and_tells_all_of_it_afterwards(
    trial, tmp_path, monkeypatch
):
    pipe = os.pipe

    def small():
        ends = pipe()
        fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, PIPE)
        return ends

    monkeypatch.setattr(os, "pipe", small)
    operations, found = trial.api.operations, []
    with fuzz.running(trial, operations, operations, tmp_path) as fuzzing:
        fuzzing.process.wait(timeout=300)
        lines = []
        while not lines or lines[-1] is not None:
            lines.append(fuzzing.told.get(timeout=20))
        for line in lines:
            fuzzing.told.put(line)
        outcome = fuzzing.outcome(Progress(io.StringIO()), found.append)

    assert sum(map(len, lines[:-1])) > 4 * PIPE
    assert outcome.requests >= sum(outcome.cases.values()) > 20
    assert {departure["operation"] for departure in found} == {o.id for o in operations}


def test_it_ends_with_the_block(trial, tmp_path):
    operations = trial.api.operations
    with fuzz.running(trial, operations, operations, tmp_path) as fuzzing:
        assert fuzzing.told.get() is not None  # it is at work

    assert fuzzing.process.returncode not in (None, 0)
