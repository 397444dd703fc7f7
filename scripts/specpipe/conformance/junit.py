"""A report as JUnit XML."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from specpipe.conformance.report import Report
from specpipe.conformance.verdict import Finding


def junit(report: Report) -> bytes:
    """The document: a suite for each kind of check, a case for each check. Where one thing was
    found by several checks each of them fails."""
    root = Element("testsuites", name="conformance")
    fuzzed = {f.operations[0] for f in report.findings if f.kind == "fuzz"}
    sound = [row.id for row in report.operations if row.cases and row.id not in fuzzed]
    kinds = [held.kind for held in report.held] + [found.kind for found in report.findings]
    for kind in dict.fromkeys(kinds + ["fuzz"] * bool(sound)):
        suite = SubElement(root, "testsuite", name=kind)
        for held in report.held:
            if held.kind == kind:
                SubElement(suite, "testcase", classname=kind, name=text(held.name))
        for name in sound if kind == "fuzz" else ():
            SubElement(suite, "testcase", classname=kind, name=name)
        for finding in report.findings:
            if finding.kind == kind:
                for name in finding.names:
                    failed(suite, finding, name)
        cases, failures = len(suite), len(suite.findall("testcase/failure"))
        suite.attrib.update(tests=str(cases), failures=str(failures), errors="0", skipped="0")
    passed_over(root, report)
    if report.reason:
        suite = SubElement(root, "testsuite", name="run", tests="1", failures="0", errors="1")
        case = SubElement(suite, "testcase", classname="run", name="judged to the end")
        SubElement(case, "error", message=text(report.reason))
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def failed(suite: Element, finding: Finding, name: str) -> None:
    """The case of a check that found something."""
    place = str(finding.place) if finding.place is not None else ""
    case = SubElement(suite, "testcase", classname=finding.kind, name=text(name))
    failure = SubElement(case, "failure", message=text(finding.message), type=finding.kind)
    lines = [finding.statement, f"spec: {place} {finding.pointer}"]
    lines += [f"answer: {finding.answer}"] if finding.answer else []
    lines += [finding.curl] if finding.curl else []
    lines += [f"REPLAY={finding.replay}"] if finding.replay else []
    failure.text = text("\n".join(lines))


def passed_over(root: Element, report: Report) -> None:
    """What was not judged."""
    if not report.skipped:
        return
    count = str(len(report.skipped))
    suite = SubElement(
        root, "testsuite", name="skipped", tests=count, failures="0", errors="0", skipped=count
    )
    for skipped in report.skipped:
        case = SubElement(suite, "testcase", classname="skipped", name=text(skipped.name))
        SubElement(case, "skipped", message=text(skipped.reason))


def text(value: str) -> str:
    """`value` without the characters that XML cannot hold."""
    return "".join(
        c if c in "\n\t" or c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in value
    )
