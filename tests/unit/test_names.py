"""Names split and join the same way for every target."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpipe.spec.names import Name


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        ("notFound", "not found"),
        ("NotFound", "not found"),
        ("not_found", "not found"),
        ("not-found", "not found"),
        ("not found.yet", "not found yet"),
        ("HTTPStatus", "http status"),
        ("parseURL", "parse url"),
        ("MAJOR_0_MINOR_1", "major 0 minor 1"),
        ("utf8Text", "utf 8 text"),
        ("v2", "v 2"),
        ("__a__", "a"),
        ("", ""),
        ("…", ""),
    ],
)
def test_words_are_split_at_separators_case_and_digits(wire: str, words: str) -> None:
    assert " ".join(Name.of(wire).words) == words


def test_each_casing_is_made_of_the_same_words() -> None:
    name = Name.of("workItem_list")
    assert (name.snake, name.kebab, name.pascal, name.camel) == (
        "work_item_list",
        "work-item-list",
        "WorkItemList",
        "workItemList",
    )


def test_a_prefix_of_whole_words_is_taken_off_unless_nothing_is_left() -> None:
    tag = Name.of("WorkItem")
    assert Name.of("workItemGet").without_prefix(tag).words == ("get",)
    assert Name.of("workItem").without_prefix(tag).words == ("work", "item")
    assert Name.of("workItemsGet").without_prefix(tag).words == ("work", "items", "get")
    assert Name.of("get").without_prefix(tag).words == ("get",)
    assert Name.of("workItemGet").without_prefix(tag).wire == "workItemGet"


@given(st.text())
def test_words_are_lower_case_ascii(wire: str) -> None:
    assert all(w.isascii() and w.isalnum() and w == w.lower() for w in Name.of(wire).words)


@given(st.from_regex(r"[A-Za-z][A-Za-z0-9_]*", fullmatch=True))
def test_no_letter_or_digit_of_an_ascii_name_is_lost(wire: str) -> None:
    assert "".join(Name.of(wire).words) == wire.replace("_", "").lower()


@given(st.from_regex(r"[a-z][a-z]*(_[a-z]+){0,4}", fullmatch=True))
def test_snake_names_survive(wire: str) -> None:
    assert Name.of(wire).snake == wire
