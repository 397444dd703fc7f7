"""`specpipe diff` and `specpipe release`.

Exit status 0: version and change fragments are right. 1: they are not, or a spec is at fault.
2: misused.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from specpipe import emit
from specpipe.arguments import output_folder, spec_file
from specpipe.diagnostics import Misuse, ToolError
from specpipe.diff.compare import compare
from specpipe.diff.git import Repository
from specpipe.diff.moment import at_commit, on_disk
from specpipe.diff.release import planned
from specpipe.diff.report import FORMATS, Report, markdown
from specpipe.diff.verdict import judge
from specpipe.manual import Manual
from specpipe.workspace import OUT, REPORTS, SPEC, shown

COMMENT = "diff.md"
"""The report for a pull request, in the folder of reports."""


DIFF = Manual(
    "say what the spec and the SDKs change since a commit, and which version comes next",
    "Each change has its impact (breaking, minor, patch), its line, and who is affected. Version "
    "and change fragments of the working tree have to say as much. A comment for the pull request "
    "is left in the folder of reports.",
    {0: "version and change fragments are right", 1: "they are not, or a spec is at fault"},
    {
        "specpipe diff": "since origin/main, or else HEAD",
        "specpipe diff --base v1.2.0 --format markdown": "since a tag, as Markdown",
    },
    {"GITHUB_STEP_SUMMARY": "with --format github: the file that the comment is appended to"},
)
RELEASE = Manual(
    "turn the change fragments into a release",
    "The fragments go into the changelog, the version into the spec, and all that is generated is "
    "brought up to date; the fragments are taken away. Commit and tag are left to you.",
    {0: "released", 1: "the fragments ask for another version, or the spec is at fault"},
    {"specpipe release --version 1.3.0": "the next minor release"},
)


def add_commands(commands: Any) -> None:
    """Add `diff` and `release` to the command line."""
    sub = DIFF.add(commands, "diff", diff)
    _add_paths(sub)
    sub.add_argument("--base", default="", help="a commit; origin/main, or else HEAD")
    sub.add_argument("--format", default="text", help=", ".join(FORMATS))
    sub.add_argument("--report-dir", type=Path, default=REPORTS, help=f"where {COMMENT} goes")
    sub = RELEASE.add(commands, "release", release)
    _add_paths(sub)
    sub.add_argument("--version", default="", help="of the release, as in 1.2.3")


def _add_paths(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--spec", type=spec_file, default=SPEC, help="the OpenAPI document")
    sub.add_argument("--out", type=output_folder, default=OUT, help="the output folder")


def diff(options: argparse.Namespace) -> int:
    """Compare with a commit, print, and leave a comment for a pull request."""
    if options.format not in FORMATS:
        known = ", ".join(FORMATS)
        raise Misuse(f"FORMAT: {options.format!r} is none: there are {known}")
    report = reported(options.spec, options.out, options.base)
    comment = markdown(report)
    options.report_dir.mkdir(parents=True, exist_ok=True)
    (options.report_dir / COMMENT).write_text(comment, "utf-8")
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if options.format == "github" and summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(comment)
    sys.stdout.write(FORMATS[options.format](report))
    return 1 if report.verdict.faults else 0


def reported(spec: Path, out: Path, ref: str) -> Report:
    """The comparison of the folder as it is with what it has in common with `ref`."""
    head = on_disk(spec, out)
    repository = Repository.around(spec)
    commit = repository.base(ref)
    base = at_commit(repository, commit, spec, out)
    found = compare(base, head, shown(out))
    verdict = judge(base.state, head.state, found.changes, shown(spec.parent))
    return Report(commit, head.state.version, found.changes, verdict, found.notes)


def release(options: argparse.Namespace) -> int:
    """Make a release of what waits in the fragments. Nothing is written unless all can be."""
    if not options.version.strip():
        raise Misuse("VERSION is empty: say which, as in VERSION=1.2.3")
    repository = Repository.around(options.spec)
    if dirty := repository.dirty():
        count = f" and {len(dirty) - 1} more" if len(dirty) > 1 else ""
        raise ToolError(f"{dirty[0]}{count}: not as committed: commit or take it away first")
    moment = on_disk(options.spec, options.out)
    date = datetime.now(UTC).date().isoformat()
    changes = planned(moment, options.version, date, options.spec, options.out)
    inside = [replace(c, path=repository.relative(Path(c.path))) for c in changes]
    emit.apply(inside, repository.root)
    print(f"{options.version}: {len(inside)} files changed: review, commit and tag them")
    return 0
