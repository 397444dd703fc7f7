"""A release: the version in the spec and so in all packages, and the changelog in place of the
fragments. Everything is worked out before anything is written."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from specpipe import pipeline
from specpipe.diagnostics import SpecError, ToolError
from specpipe.diff.fragments import (
    CHANGELOG,
    FOLDER,
    faults,
    latest_release,
    with_release,
)
from specpipe.diff.moment import Moment
from specpipe.diff.version import Version
from specpipe.spec.load import parse
from specpipe.spec.model import Document
from specpipe.spec.nodes import root
from specpipe.targets.registry import TARGETS
from specpipe.tree import Change, read

_EXACT = re.compile(r"(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}", re.ASCII)
"""As registries take it: no zero in front."""


def planned(moment: Moment, version: str, date: str, spec: Path, out: Path) -> list[Change]:
    """What a release changes: paths are absolute. Raises SpecError, and ToolError when it cannot
    be that version, or there is nothing to release."""
    check(moment, version, str(spec.parent / FOLDER))
    content = read(spec) or b""
    text = with_version(content.decode("utf-8"), moment.document, version)
    found = moment.state.fragments
    log = with_release(moment.state.changelog, version, date, found)
    given = {**moment.document.beside, CHANGELOG: log}
    released = replace(parse(text.encode(), moment.document.file), beside=given)
    document, api = pipeline.checked(released)
    generated = pipeline.changes_of(document, api, out, TARGETS, whole=True)
    if orphan := next((change for change in generated if change.kind == "orphan"), None):
        raise ToolError(f"{out}/{orphan}")
    changes = (
        [Change(str(spec.resolve()), "update", text.encode())] if text.encode() != content else []
    )
    changes += [
        Change(str((out / change.path).resolve()), change.kind, change.content)
        for change in generated
    ]
    changes.append(Change(str((spec.parent / CHANGELOG).resolve()), "update", log.encode()))
    changes += [
        Change(str((spec.parent / FOLDER / fragment.name).resolve()), "delete")
        for fragment in found
    ]
    return changes


def check(moment: Moment, version: str, folder: str) -> None:
    """Refuse what is no release. Raises SpecError and ToolError."""
    state = moment.state
    wrong = list(faults(state.changes, folder))
    if wrong:
        raise SpecError(wrong)
    wanted = Version.of(version) if _EXACT.fullmatch(version) else None
    if wanted is None:
        raise ToolError(f"VERSION={version}: no version: write three numbers, as in 1.2.3")
    worst = next(iter(state.fragments), None)
    if worst is None:
        raise ToolError(f"{folder}: no change fragments, so there is nothing to release")
    released = latest_release(state.changelog) or Version(0, 0, 0)
    current = Version.of(state.version) or released
    needed = released.next(worst.impact)
    if not wanted.reaches(needed) or wanted == released:
        raise ToolError(f"VERSION={version}: {worst.name} asks for {needed} after {released}")
    if not wanted.reaches(current):
        raise ToolError(f"VERSION={version}: info.version is {state.version} already")


def with_version(text: str, document: Document, version: str) -> str:
    """The spec with another `info.version`, else unchanged to the byte. Raises ToolError where it
    is written in a way that is not understood."""
    node = root(document).raw("info").raw("version")
    place, old = node.location, re.escape(node.text)
    lines = text.split("\n")
    line, start = lines[place.line - 1], place.column - 1
    entry = re.match(rf"""(["']?version["']?\s*:\s*)(["']?){old}(?=\2)""", line[start:])
    if entry is not None:
        lines[place.line - 1] = (
            f"{line[:start]}{entry[1]}{entry[2]}{version}{line[start + entry.end() :]}"
        )
    changed = "\n".join(lines)
    info = {**document.data["info"], "version": version}
    if parse(changed.encode(), document.file).data != {**document.data, "info": info}:
        raise ToolError(f"{place}: this is not replaced by itself: write version: {version} there")
    return changed
