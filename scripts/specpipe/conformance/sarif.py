"""A report as SARIF 2.1.0, by which code scanning shows findings beside the lines of the spec."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from specpipe.conformance.report import Report
from specpipe.conformance.verdict import Finding

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(report: Report) -> bytes:
    """The log: one run with a rule for each check that found something."""
    rules = {rule_id(finding): finding.statement for finding in report.findings}
    order = list(rules)
    failed = bool(report.reason) or report.word == "interrupted"
    invocation: dict[str, Any] = {
        "executionSuccessful": not failed,
        "startTimeUtc": report.run.started,
    }
    if failed:
        text = report.reason or "interrupted"
        notice = {"level": "error", "message": {"text": text}}
        invocation["toolExecutionNotifications"] = [notice]
    run = {
        "tool": {
            "driver": {
                "name": "specpipe conformance",
                "version": report.run.versions["specpipe"],
                "rules": [
                    {"id": id, "shortDescription": {"text": statement}}
                    for id, statement in rules.items()
                ],
            }
        },
        "invocations": [invocation],
        "results": [result(finding, order.index(rule_id(finding))) for finding in report.findings],
        "columnKind": "unicodeCodePoints",
        "properties": {"verdict": report.line, "server": report.run.server},
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1).encode() + b"\n"


def rule_id(finding: Finding) -> str:
    """The name of the check, without the operation that the fuzzer found it with."""
    name = finding.name.rpartition("/")[2] if finding.kind == "fuzz" else finding.name
    # What stands after the last slash of a `reach` is the operation.
    return finding.kind if finding.kind == "reach" else f"{finding.kind}/{name}"


def result(finding: Finding, rule: int) -> dict[str, Any]:
    """One finding at its line of the spec."""
    message = [finding.message]
    message += [f"Answer: {finding.answer}"] if finding.answer else []
    message += [f"Found as well by {', '.join(finding.also)}."] if finding.also else []
    found: dict[str, Any] = {
        "ruleId": rule_id(finding),
        "ruleIndex": rule,
        "level": "error",
        "message": {"text": "\n".join(message)},
        "partialFingerprints": {"cause/v1": " ".join(finding.cause)},
        "properties": {
            "operations": list(finding.operations),
            "pointer": finding.pointer,
            "curl": finding.curl,
            "replay": finding.replay,
        },
    }
    if finding.place is not None:
        region = {"startLine": finding.place.line, "startColumn": finding.place.column}
        artifact = {"uri": uri(finding.place.file)}
        place = {"artifactLocation": artifact, "region": region}
        found["locations"] = [{"physicalLocation": place}]
    return found


def uri(file: str) -> str:
    """A path relative to the root of the repository stays so, an absolute one becomes file:."""
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
