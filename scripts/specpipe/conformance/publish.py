"""Writing a report: for people one HTML page, for machines JSON, JUnit XML and SARIF."""

from __future__ import annotations

import shlex
from pathlib import Path

import jinja2

from specpipe.conformance.baseline import template
from specpipe.conformance.junit import junit
from specpipe.conformance.report import Report
from specpipe.conformance.sarif import sarif
from specpipe.conformance.verdict import Finding

PAGE = "index.html"


def write(report: Report, folder: Path) -> None:
    """Write `report.json`, `junit.xml`, `report.sarif` and `index.html` into `folder`, and
    `baseline.toml`: what BASELINE would have to hold."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_bytes(report.json())
    (folder / "junit.xml").write_bytes(junit(report))
    (folder / "report.sarif").write_bytes(sarif(report))
    (folder / "baseline.toml").write_text(template(report), encoding="utf-8")
    (folder / PAGE).write_text(page(report), encoding="utf-8")


def page(report: Report) -> str:
    """The whole page; it loads nothing."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        report=report, replay=lambda finding: replay_command(report, finding)
    )


def replay_command(report: Report, finding: Finding) -> str:
    """What makes a check again, typed in the repository; empty when nothing does."""
    if finding.replay is None:
        return ""
    variables = {**report.run.given, "REPLAY": finding.replay}
    given = (f"{name}={shlex.quote(value)}" for name, value in variables.items())
    return " ".join(["make conformance", *given])
