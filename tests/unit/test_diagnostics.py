"""Diagnostics say where, what and what to do, on one line that a terminal can take."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from specpipe.diagnostics import Diagnostic, Location, SpecError, one_line
from specpipe.spec.model import Document
from specpipe.spec.nodes import MAX_MESSAGE, Node

AT = Location("spec.yaml", 12, 5, "/paths/~1things")


def test_a_diagnostic_is_place_pointer_message_and_advice() -> None:
    fault = Diagnostic(AT, "it is wrong", "mend it")
    assert str(fault) == "spec.yaml:12:5 #/paths/~1things: it is wrong, mend it"


def test_what_is_legal_but_not_generated_is_told_apart() -> None:
    fault = Diagnostic(AT, "oneOf", "write one schema", unsupported=True)
    assert str(fault) == "spec.yaml:12:5 #/paths/~1things: not supported: oneOf, write one schema"


def test_a_diagnostic_about_the_whole_file_has_no_pointer() -> None:
    assert str(Diagnostic(Location("a.yaml"), "empty", "fill it")) == "a.yaml:1:1: empty, fill it"


def test_an_error_lists_each_diagnostic_once_in_document_order() -> None:
    later = Diagnostic(Location("a", 10, 1), "x", "y")
    sooner = Diagnostic(Location("a", 9, 8), "x", "y")
    error = SpecError([later, sooner, later])
    assert error.diagnostics == (sooner, later)
    assert str(error) == f"{sooner}\n{later}"


@given(st.text())
def test_text_of_a_spec_cannot_act_in_a_terminal(text: str) -> None:
    line = str(Diagnostic(Location("a", 1, 1, f"/{text}"), text, text))
    assert line.isprintable()
    assert one_line(line) == line


def test_a_long_value_is_not_repeated_in_full() -> None:
    node = Node(Document("a", {}, {}, ""), None)
    assert len(node.fault("x" * 10_000, "y").message) == MAX_MESSAGE + 1
    assert len(node.unsupported("x" * 10_000, "y").message) == MAX_MESSAGE + 1
