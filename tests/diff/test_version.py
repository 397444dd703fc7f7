"""The next version, change fragments, the changelog, and the verdict over them."""

from __future__ import annotations

import pytest

from specpipe.diagnostics import Location
from specpipe.diff.change import Change, Impact, Place
from specpipe.diff.fragments import faults, fragments, latest_release, with_release
from specpipe.diff.verdict import State, judge
from specpipe.diff.version import Version

HERE = Location("spec/openapi.yaml", 5)
LOG = "# Changelog\n\n## 1.2.3 - 2026-01-01\n\n### New\n\n- Things. (#1)\n"


@pytest.mark.parametrize(
    ("version", "impact", "wanted"),
    [
        ("1.2.3", None, "1.2.3"),
        ("1.2.3", Impact.PATCH, "1.2.4"),
        ("1.2.3", Impact.MINOR, "1.3.0"),
        ("1.2.3", Impact.BREAKING, "2.0.0"),
        ("0.2.3", Impact.PATCH, "0.2.4"),
        ("0.2.3", Impact.MINOR, "0.2.4"),
        ("0.2.3", Impact.BREAKING, "0.3.0"),
        ("1.2.3-rc.1", Impact.BREAKING, "1.2.3"),
        ("1.2.3+build", Impact.PATCH, "1.2.4"),
    ],
)
def test_the_next_version_is_the_lowest_that_semantic_versioning_allows(version, impact, wanted):
    assert str(Version.of(version).next(impact)) == wanted


@pytest.mark.parametrize("text", ["", "1.2", "one", "v1.2.3", "1.2.1234567890", "\uff11.2.3"])
def test_what_is_no_version_is_none(text):
    assert Version.of(text) is None


def state(version="1.2.3", changes=(), changelog=LOG):
    return State(version, HERE, dict.fromkeys(changes, b"Text."), changelog)


def change(impact):
    return Change(impact, "api", "kind", "sentence", Place(HERE, False, HERE), ())


def wrong(base, head, *impacts):
    found = judge(base, head, [change(impact) for impact in impacts], "spec")
    return [str(fault) for fault in found.faults]


B, M, P = Impact.BREAKING, Impact.MINOR, Impact.PATCH


@pytest.mark.parametrize(
    ("base", "head", "impacts"),
    [
        (state(), state(), []),
        (state(), state("1.2.4", ["7.patch.md"]), [P]),
        (state(), state("1.3.0", ["7.minor.md"]), [P, M]),
        (state(), state("2.0.0", ["7.breaking.md"]), [B, M]),
        (state(), state("2.0.0", ["7.breaking.md", "7.minor.md"]), [B, M]),
        (state(), state("2.0.0", ["7.breaking.md"]), [P]),  # people may know better
        (state(), state("1.3.0-rc.1", ["7.minor.md"]), [M]),
        (state("1.3.0", ["6.minor.md"]), state("1.3.0", ["6.minor.md", "7.patch.md"]), [P]),
        (state("1.3.0", ["6.minor.md"]), state("1.3.0", [], f"## 1.3.0\n{LOG}"), []),
        (state("1.3.0", ["6.minor.md"]), state("2.0.0", ["6.breaking.md"]), [B]),  # as we ask
        (state("1.3.0", ["6.new.md"]), state("1.3.0", ["6.minor.md"]), []),  # as we ask, too
        (state("0.1.0", changelog=""), state("0.2.0", ["1.breaking.md"]), [B]),
    ],
)
def test_a_version_and_a_fragment_that_agree_are_right(base, head, impacts):
    assert wrong(base, head, *impacts) == []


@pytest.mark.parametrize(
    ("base", "head", "impacts", "said"),
    [
        (state(), state("1.2.3", ["7.patch.md"]), [P], "spec/openapi.yaml:5:1: info.version is 1.2.3, patch changes ask for 1.2.4, write 1.2.4 or higher and run `make generate`"),
        (state(), state("1.2.4", ["7.minor.md"]), [M], "spec/openapi.yaml:5:1: info.version is 1.2.4, minor changes ask for 1.3.0, write 1.3.0 or higher and run `make generate`"),
        (state(), state("1.3.0", ["7.breaking.md"]), [M], "spec/openapi.yaml:5:1: info.version is 1.3.0, minor changes ask for 2.0.0, write 2.0.0 or higher and run `make generate`"),
        (state(), state("1.2.2"), [], "spec/openapi.yaml:5:1: info.version is 1.2.2, it must not fall behind 1.2.3, write 1.2.3 or higher and run `make generate`"),
        (state("1.3.0", ["6.minor.md"]), state("1.3.0", ["6.minor.md", "7.breaking.md"]), [B], "spec/openapi.yaml:5:1: info.version is 1.3.0, breaking changes ask for 2.0.0, write 2.0.0 or higher and run `make generate`"),
        (state(), state("soon"), [], "spec/openapi.yaml:5:1: info.version 'soon' has no three numbers, write 1.2.3"),
        (state(), state("1.2.4"), [P], "spec/changes:1:1: the changes are patch and no new fragment tells of them, write spec/changes/<number of the pull request>.patch.md"),
        (state("1.3.0", ["6.minor.md"]), state("1.3.0", ["6.minor.md"]), [P], "spec/changes:1:1: the changes are patch and no new fragment tells of them, write spec/changes/<number of the pull request>.patch.md"),
        (state(), state("2.0.0", ["7.minor.md"]), [B], "spec/changes/7.minor.md:1:1: the changes are breaking, the fragment says minor, rename it to 7.breaking.md"),
        (state("2.0.0", ["6.breaking.md"]), state("2.0.0", ["6.minor.md"]), [], "spec/changes:1:1: fragment 6.breaking.md is gone, and no release tells of it, put it back: `make release` takes it away"),
        (state("1.3.0", ["6.minor.md"]), state("1.3.0"), [], "spec/changes:1:1: fragment 6.minor.md is gone, and no release tells of it, put it back: `make release` takes it away"),
    ],
)  # fmt: skip
def test_what_does_not_agree_is_told_with_what_to_do(base, head, impacts, said):
    assert wrong(base, head, *impacts) == [said]


def test_a_file_that_is_no_fragment_and_one_that_is_empty_are_told():
    tree = {"7.fix.md": b"Text.", "8.minor.md": b" \n", "9.patch.md": b"Text."}
    assert [str(fault) for fault in faults(tree, "spec/changes")] == [
        "spec/changes/7.fix.md:1:1: '7.fix.md' is not named <number>.<breaking|minor|patch>.md, rename it",
        "spec/changes/8.minor.md:1:1: the fragment is empty, say what changes for callers",
    ]


def test_a_release_stands_before_the_others_and_has_the_worst_first():
    tree = {
        "9.patch.md": b"Words.\n",
        "12.minor.md": b"One more.\n\nWith a second paragraph.\n",
        "7.minor.md": b"`GET /x`.",
        "8.breaking.md": b"No more `y`.",
    }
    log = with_release(LOG, "2.0.0", "2026-11-22", fragments(tree))
    assert log == (
        "# Changelog\n\n## 2.0.0 - 2026-11-22\n\n### Breaking\n\n- No more `y`. (#8)\n\n### New\n\n"
        "- `GET /x`. (#7)\n- One more.\n\n  With a second paragraph. (#12)\n\n"
        "### Corrected and clarified\n\n- Words. (#9)\n\n## 1.2.3 - 2026-01-01\n\n### New\n\n- Things. (#1)\n"
    )
    assert latest_release(log) == Version(2, 0, 0)


def test_the_first_release_makes_the_changelog():
    log = with_release("", "1.0.0", "2026-11-22", fragments({"1.minor.md": b"All."}))
    assert log.startswith("# Changelog\n")
    assert latest_release(log) == Version(1, 0, 0)
