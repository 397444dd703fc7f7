"""The record of a judgement that pages show is a report."""

from __future__ import annotations

import json

import pytest

from specpipe.conformance import report
from specpipe.diagnostics import ToolError
from specpipe.targets.portal_record import NAME, VERSION, record
from specpipe.workspace import SPEC

KEPT = SPEC.parent / NAME


def test_the_record_beside_the_spec_is_a_report_of_a_whole_run_that_conforms():
    whole, shown = report.read(KEPT), record(KEPT.read_text())
    assert VERSION == report.VERSION
    assert whole.word == shown.word == "conforms"
    assert shown.run.scope == ()
    assert len(shown.held) == len(whole.held) > 80
    assert [row.id for row in shown.operations] == [row.id for row in whole.operations]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"version": 1}', '"\\ud800"'])
def test_what_is_none_is_refused_with_what_to_do(text):
    with pytest.raises(ToolError, match="copy a report"):
        record(text)


def test_another_version_is_refused():
    with pytest.raises(ToolError, match="of version 9"):
        record(json.dumps({**json.loads(KEPT.read_text()), "version": 9}))
