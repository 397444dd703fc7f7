"""Synthetic specs: as large as asked for, always the same, and good enough for all rules."""

from __future__ import annotations

import pytest

from specpipe.bench.synthetic import OPERATIONS, SCHEMAS, synthetic_spec
from specpipe.pipeline import checked
from specpipe.spec.advice import advise
from specpipe.spec.load import parse


@pytest.mark.parametrize("operations", [5, 20])
def test_a_spec_has_as_many_operations_as_asked_for_and_keeps_all_rules(operations):
    document, api = checked(parse(synthetic_spec(operations), "spec.yaml"))
    assert len(api.operations) == operations
    assert len(api.schemas) == operations // OPERATIONS * SCHEMAS
    assert all(operation.behaviour for operation in api.operations)
    assert list(advise(document)) == []


def test_a_size_has_one_text():
    assert synthetic_spec(20) == synthetic_spec(20)
