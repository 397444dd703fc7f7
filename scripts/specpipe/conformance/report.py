"""A verdict for people and for machines: JUnit XML, JSON, and one HTML page."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree

import jinja2

from specpipe.conformance.fuzz import Outcome
from specpipe.conformance.judge import Verdict
from specpipe.conformance.trial import Trial
from specpipe.spec.model import Operation

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Conformance: {{ api.title }}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .3rem .6rem;
border-bottom: 1px solid #ccc; vertical-align: top } td.n { text-align: right }
.bad { color: #a40000 } .good { color: #006100 } pre { white-space: pre-wrap; overflow-wrap: anywhere }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee }
.bad { color: #ff8a80 } .good { color: #8ee08e } }
</style>
<h1>{{ api.title }} {{ api.version }}</h1>
<p class="{{ "bad" if verdict.findings or not outcome.passed else "good" }}"><strong>{{ line }}</strong></p>
<p>Server: {{ run.server }}. Profile: {{ run.profile }}. Seed: {{ run.seed }}.
{% if outcome.ran %}Request sequence: <code>{{ outcome.sequence[:16] }}</code>.
<a href="schemathesis/html/index.html">What schemathesis found</a>.{% endif %}</p>
{% if verdict.findings %}<h2>Departures</h2>
{% for finding in verdict.findings %}<h3 class="bad">{{ finding.check }}: {{ finding.name }}</h3>
<p>{{ finding.statement }}</p><pre>{{ finding.message }}</pre>
{% if finding.curl %}<pre>{{ finding.curl }}</pre>{% endif %}{% endfor %}{% endif %}
<h2>Operations</h2>
<table><tr><th>Operation<th>Path<th>Fuzzed<th>Accepted, all told<th>Laws checked while fuzzing</tr>
{% for o in operations %}<tr><td>{{ o.id }}<td>{{ o.method }} {{ o.path }}
<td class="n">{{ outcome.cases.get(o.id, 0) }}<td class="n">{{ verdict.accepted.get(o.id, 0) }}
<td class="n">{{ outcome.laws.get(o.id, 0) }}</tr>{% endfor %}</table>
<h2>Held</h2><table>{% for check, name, statement in verdict.held %}
<tr><td>{{ check }}<td>{{ name }}<td>{{ statement }}</tr>{% endfor %}</table>
{% if verdict.passed_over %}<h2>Does not apply</h2><table>{% for name, reason in verdict.passed_over %}
<tr><td>{{ name }}<td>{{ reason }}</tr>{% endfor %}</table>{% endif %}
</html>
"""


def write(
    folder: Path,
    trial: Trial,
    operations: Collection[Operation],
    outcome: Outcome,
    verdict: Verdict,
    line: str,
) -> None:
    """Write `junit.xml`, `report.json` and `index.html` into `folder`."""
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
        "held": [name for _, name, _ in verdict.held],
        "passed_over": dict(verdict.passed_over),
        "accepted": verdict.accepted,
    }
    (folder / "report.json").write_text(json.dumps(data, indent=1) + "\n")
    page = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(PAGE)
    html = page.render(
        api=trial.api, operations=operations, run=run, outcome=outcome, verdict=verdict, line=line
    )
    (folder / "index.html").write_text(html)
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
    for check, name, _ in verdict.held:
        ElementTree.SubElement(suite, "testcase", classname=check, name=name)
    for finding in verdict.findings:
        case = ElementTree.SubElement(suite, "testcase", classname=finding.check, name=finding.name)
        failure = ElementTree.SubElement(case, "failure", message=xml_text(finding.message))
        failure.text = xml_text("\n".join(filter(None, [finding.statement, finding.curl])))
    return ElementTree.ElementTree(root)


def xml_text(text: str) -> str:
    """`text` without the control characters that XML cannot hold."""
    return "".join(
        c if c in "\n\t" or c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text
    )
