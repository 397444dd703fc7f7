"""The judge of SDKs is judged: a TypeScript SDK with one planted defect must not pass.

Most defects sit between the SDK and its fetch: to the judge, which records below that, they are
the SDK's.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from specpipe import pipeline
from specpipe.conformance import answers
from specpipe.conformance.checks_of_sdks import answer_checks, story_checks
from specpipe.conformance.judge import judge_checks
from specpipe.conformance.ledger import Ledger
from specpipe.conformance.process import generated_server
from specpipe.conformance.profile import PROFILES
from specpipe.conformance.session import Session
from specpipe.conformance.story import Story
from specpipe.conformance.trial import Trial
from specpipe.conformance.typescript import NAME, LeftOut, TypeScriptDriver
from specpipe.conformance.verdict import Verdict
from specpipe.diagnostics import ToolError
from specpipe.workspace import OUT, SPEC

WRAPPER = """
import {{ {client} as Honest }} from './honest.js';
export * from './honest.js';
const edit = {edit};
const change = {change};
export class {client} extends Honest {{
  constructor(options: any) {{
    super({{ ...options, fetch: async (url: any, init: any) => {{
      const request = {{ url: String(url), ...init, headers: Object.fromEntries(new Headers(init.headers)) }};
      edit(request);
      const response = await options.fetch(request.url, request);
      const text = await response.text();
      const answer = {{ status: response.status, type: response.headers.get('content-type'), text }};
      change(answer);
      const {{ status, type }} = answer;
      return new Response(answer.text || null, {{ status, headers: type ? {{ 'content-type': type }} : {{}} }});
    }} }} as never);
  }}
}}
"""
NOTHING = "(it: any) => {}"
REQUESTS = {
    "wrong_method": "if (it.url.includes('update')) it.method = 'PUT'",
    "wrong_path": "it.url = it.url.replace('identifiers', 'identifier')",
    "forgets_the_key": "delete it.headers['x-application-id']",
    "forgets_a_filter": "it.url = it.url.replace(/[?&]created_from=[^&]*/, '?')",
    "limit_is_text": "it.url = it.url.replace('limit=1', 'limit=one')",
    "a_type_without_a_body": "it.headers['content-type'] = 'application/json'",
    "loses_unknown_members": (
        "if (typeof it.body === 'string') it.body = JSON.stringify(JSON.parse(it.body), "
        "(key, value) => /^x_/.test(key) ? undefined : value)"
    ),
    "sends_null_for_nothing": "if (it.url.includes('increment')) it.body = 'null'",
}
"""By name, what is done to each request."""
ANSWERS = {
    "drops_unknown_members": (
        'if (it.status === 200) it.text = it.text.replace(/"a member that no spec knows"/, \'"b"\')'
    ),
    "cuts_digits": r"it.text = it.text.replace(/(\.\d{3})\d+/g, '$1')",
    "takes_any_status": "if (it.status === 418) it.status = 200",
    "takes_half_an_answer": "try { JSON.parse(it.text) } catch { it.text = '{\"iterable\":[]}' }",
    "takes_pages": (
        "if (it.type === 'text/html') "
        "{ it.type = 'application/json'; it.text = '{\"iterable\":[]}' }"
    ),
    "mends_null": (
        "if (it.text) try { it.text = JSON.stringify(JSON.parse(it.text), "
        "(key, value) => key === 'id' && value === null ? 'x' : value) } catch {}"
    ),
    "finds_what_is_gone": "if (it.status === 410) it.status = 500",
}
"""By name, what is done to each answer."""


def copied(out: Path) -> Path:
    """An output folder like ours, whose TypeScript SDK may be changed; its sources."""
    for name in ("server", "python-client"):
        (out / name).symlink_to(OUT / name)
    sources = out / "typescript-client" / "src"
    shutil.copytree(OUT / "typescript-client" / "src", sources)
    return sources


def wrap(sources: Path, edit: str = NOTHING, change: str = NOTHING) -> None:
    """Put a defect between the SDK and fetch."""
    (sources / "index.ts").rename(sources / "honest.ts")
    text = WRAPPER.format(client="PiecesWorkstream", edit=edit, change=change)
    (sources / "index.ts").write_text(text)


@pytest.fixture(scope="module")
def trial() -> Iterator[Trial]:
    """The real server, and a trial of it."""
    document, api = pipeline.read_spec(SPEC)
    with generated_server(api, OUT, seed=1) as server:
        yield Trial(SPEC, document, api, OUT, server, PROFILES["smoke"], seed=1)


@pytest.fixture
def findings(trial: Trial, tmp_path: Path) -> Callable[[], list[str]]:
    """What the judge finds wrong with the TypeScript SDK below `tmp_path`."""

    def findings() -> list[str]:
        driver = TypeScriptDriver(trial.api, tmp_path, trial.server)
        ledgers = {resource: Ledger() for resource in trial.api.resources}
        try:
            found = [one.message for one in Story(trial, driver, ledgers).tell()]
        finally:
            driver.close()
        mouth = answers.Mouth(trial.api.operations[0], answers.KEY if trial.api.key else None)
        with mouth.open():
            driver = TypeScriptDriver(trial.api, tmp_path, mouth.running)
            try:
                return found + [one.message for one in answers.faults(trial, driver, mouth)]
            finally:
                driver.close()

    return findings


def test_the_sdk_without_a_defect_passes_behind_the_wrapper(findings, tmp_path):
    wrap(copied(tmp_path))
    assert findings() == []


@pytest.mark.parametrize("defect", REQUESTS)
def test_a_defect_in_requests_is_found(findings, tmp_path, defect):
    wrap(copied(tmp_path), edit=f"(it: any) => {{ {REQUESTS[defect]} }}")
    assert findings()


@pytest.mark.parametrize("defect", ANSWERS)
def test_a_defect_in_answers_is_found(findings, tmp_path, defect):
    wrap(copied(tmp_path), change=f"(it: any) => {{ {ANSWERS[defect]} }}")
    assert findings()


def test_an_sdk_that_checks_nothing_is_found(findings, tmp_path):
    file = copied(tmp_path) / "validators.ts"
    names = re.findall(r"^export function (\w+)", file.read_text(), re.M)
    assert len(names) > 20
    file.write_text(
        "".join(f"export function {n}(it: unknown): any {{ return it; }}\n" for n in names)
    )
    found = findings()
    assert len(found) > 100
    assert all("the SDK took it for" in one for one in found)


def test_an_sdk_that_does_not_load_is_no_verdict(trial, tmp_path):
    (copied(tmp_path) / "client.ts").write_text("syntax error")
    with pytest.raises(ToolError, match=f"the {NAME}: Error: Build failed"):
        TypeScriptDriver(trial.api, tmp_path, trial.server)


def test_without_node_the_sdk_is_left_out_and_the_verdict_says_so(trial, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    verdict = Verdict()
    with Session(trial) as session:
        judge_checks([*answer_checks(trial), *story_checks(trial)], session, verdict)
    assert verdict.left_out == [NAME]
    ((name, reason),) = verdict.passed_over
    assert name == NAME
    assert "needs Node.js: install" in reason
    assert NAME not in {check.name for check in verdict.held}


def test_with_node_it_is_judged(trial):
    verdict = Verdict()
    with Session(trial) as session:
        judge_checks([*answer_checks(trial), *story_checks(trial)], session, verdict)
    assert verdict.findings == []
    assert verdict.left_out == []
    assert [check.kind for check in verdict.held if check.name == NAME] == ["answers", "story"]


def test_an_output_folder_without_it_is_told(trial, tmp_path):
    with pytest.raises(LeftOut, match="there is no TypeScript SDK here: run make generate"):
        TypeScriptDriver(trial.api, tmp_path, trial.server)
