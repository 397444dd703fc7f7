"""Whether the version and the change fragments are what the changes ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from specpipe.diagnostics import Diagnostic, Location
from specpipe.diff.change import Change, Impact
from specpipe.diff.fragments import FOLDER, Fragment, faults, fragments, latest_release
from specpipe.diff.version import Version
from specpipe.tree import Tree


@dataclass(frozen=True, slots=True)
class State:
    """What stands beside a spec at one moment: its version, its fragments, its changelog."""

    version: str
    place: Location
    """Of the version."""
    changes: Tree
    changelog: str

    @property
    def fragments(self) -> tuple[Fragment, ...]:
        """Those that wait for a release, worst first."""
        return fragments(self.changes)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The lowest version that may be released next, and what is wrong."""

    worst: Impact | None
    released: Version
    next: Version
    faults: tuple[Diagnostic, ...]


def judge(base: State, head: State, changes: Sequence[Change], folder: str) -> Verdict:
    """Hold version and fragments of the head against what changed since the base, and since the
    last release. `folder` is the path of the spec's folder."""
    worst = max((change.impact for change in changes), default=None)
    before = Version.of(base.version) or Version(0, 0, 0)
    released = latest_release(base.changelog) or before
    waiting = [fragment.impact for fragment in (*base.fragments, *head.fragments)]
    pending = max([*waiting, *([worst] if worst else [])], default=None)
    needed = max(before.next(None), released.next(pending))
    found = [*faults(head.changes, f"{folder}/{FOLDER}")]
    found += _version(head, needed, worst)
    found += _fragments(base, head, worst, f"{folder}/{FOLDER}")
    return Verdict(worst, released, needed, tuple(found))


def _version(head: State, needed: Version, worst: Impact | None) -> Iterator[Diagnostic]:
    version = Version.of(head.version)
    if version is None:
        message = f"info.version {head.version!r} has no three numbers"
        yield Diagnostic(head.place, message, "write 1.2.3")
    elif not version.reaches(needed):
        why = f"{worst.word} changes ask for" if worst else "it must not fall behind"
        message = f"info.version is {head.version}, {why} {needed}"
        advice = f"write {needed} or higher and run `make generate`"
        yield Diagnostic(head.place, message, advice)


def _fragments(base: State, head: State, worst: Impact | None, folder: str) -> Iterator[Diagnostic]:
    kept = base.changes
    new = [f for f in head.fragments if kept.get(f.name) != head.changes[f.name]]
    gone = [old.name for old in base.fragments if not any(_tells(f, old) for f in head.fragments)]
    lowest = worst.word if worst else ""
    if worst and not new:
        message = f"the changes are {lowest} and no new fragment tells of them"
        advice = f"write {folder}/<number of the pull request>.{lowest}.md"
        yield Diagnostic(Location(folder), message, advice)
    elif worst and new[0].impact < worst:
        name = new[0].name
        message = f"the changes are {lowest}, the fragment says {new[0].impact.word}"
        advice = f"rename it to {new[0].number}.{lowest}.md"
        yield Diagnostic(Location(f"{folder}/{name}"), message, advice)
    if gone and latest_release(head.changelog) == latest_release(base.changelog):
        message = f"fragment {gone[0]} is gone, and no release tells of it"
        yield Diagnostic(Location(folder), message, "put it back: `make release` takes it away")


def _tells(fragment: Fragment, old: Fragment) -> bool:
    """Whether it is `old`, or `old` renamed to a worse impact."""
    return fragment.number == old.number and fragment.impact >= old.impact
