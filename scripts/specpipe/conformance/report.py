"""A verdict for people and for machines: JUnit XML, JSON, and one HTML page."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree

import jinja2

from specpipe.conformance.fuzz import Outcome
from specpipe.conformance.trial import Trial
from specpipe.conformance.verdict import Verdict
from specpipe.spec.model import Operation


def write(
    folder: Path, trial: Trial, operations: Collection[Operation], verdict: Verdict, line: str
) -> None:
    """Write `junit.xml`, `report.json` and `index.html` into `folder`."""
    outcome = verdict.fuzzing
    folder.mkdir(parents=True, exist_ok=True)
    run = {
        "server": trial.server.base_url,
        "profile": trial.profile.name,
        "seed": trial.seed,
    }
    data = {
        "verdict": line,
        "run": run,
        "fuzzing": asdict(outcome),
        "findings": [asdict(finding) for finding in verdict.findings],
        "held": [[check.kind, check.name, check.statement] for check in verdict.held],
        "passed_over": dict(verdict.passed_over),
        "accepted": verdict.accepted,
    }
    (folder / "report.json").write_text(json.dumps(data, indent=1) + "\n")
    env = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__), autoescape=True, undefined=jinja2.StrictUndefined
    )
    (folder / "index.html").write_text(
        env.get_template("report.html").render(
            data, api=trial.api, operations=operations, outcome=outcome, findings=verdict.findings
        )
    )
    junit(outcome, verdict, folder / "schemathesis" / "junit.xml").write(
        folder / "junit.xml", encoding="utf-8", xml_declaration=True
    )


def junit(outcome: Outcome, verdict: Verdict, fuzzed: Path) -> ElementTree.ElementTree:
    """One document with schemathesis' own suites and one for laws, stories and reach."""
    root = ElementTree.Element("testsuites")
    if outcome.ran and fuzzed.is_file():
        root.extend(ElementTree.parse(fuzzed).getroot().iter("testsuite"))
    count = len(verdict.held) + len(verdict.findings)
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        name="conformance",
        tests=str(count),
        failures=str(len(verdict.findings)),
        errors="0",
    )
    for check in verdict.held:
        ElementTree.SubElement(suite, "testcase", classname=check.kind, name=check.name)
    for finding in verdict.findings:
        case = ElementTree.SubElement(suite, "testcase", classname=finding.kind, name=finding.name)
        failure = ElementTree.SubElement(case, "failure", message=xml_text(finding.message))
        failure.text = xml_text("\n".join(filter(None, [finding.statement, finding.curl])))
    return ElementTree.ElementTree(root)


def xml_text(text: str) -> str:
    """`text` without the control characters that XML cannot hold."""
    return "".join(
        c if c in "\n\t" or c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text
    )
