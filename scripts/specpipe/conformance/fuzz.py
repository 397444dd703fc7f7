"""Running schemathesis: its configuration out of the operations view, its outcome back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from specpipe.conformance.profile import Profile
from specpipe.conformance.trial import Trial
from specpipe.diagnostics import ToolError
from specpipe.render import toml_literal
from specpipe.spec.model import Addressing, Api, Operation

REFUSALS = (400, 401, 403, 405, 406, 413, 415, 422)
"""Statuses that refuse a request for what is in it. 404 and 410 are not among them: they would
hide a server that does not look at what it is sent."""
ACCEPTANCES = ("2xx", "3xx", 401, 403, 404, 409, 429)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to. Counts are by operation id."""

    passed: bool
    ran: bool
    cases: Mapping[str, int] = field(default_factory=dict)
    accepted: Mapping[str, int] = field(default_factory=dict)
    laws: Mapping[str, int] = field(default_factory=dict)
    sequence: str = ""
    """SHA-256 over the requests in order: equal when two runs sent the same."""


def run(trial: Trial, operations: Collection[Operation], reports: Path, output: IO[str]) -> Outcome:
    """Fuzz the server; schemathesis reports to `output` as it goes and into `reports`. To a server
    that is not ours nothing is sent that could change something, undocumented methods included.

    Raises ToolError when it could not run.
    """
    profile, spec = trial.profile, str(trial.spec.resolve())
    reports.mkdir(parents=True, exist_ok=True)
    config, outcome = reports / "schemathesis.toml", reports / "outcome.json"
    config.write_text(configuration(trial.api, profile, trial.seed, trial.foreign))
    outcome.unlink(missing_ok=True)
    command = [
        sys.executable,
        str(Path(sys.executable).with_name("st")),
        "--config-file",
        str(config),
        "run",
    ]
    command += [spec, "--url", trial.server.base_url, "--phases", ",".join(profile.phases)]
    command += [part for o in operations for part in ("--include-operation-id", o.id)]
    command += ["--report", "junit,html,json", "--report-junit-path", str(reports / "junit.xml")]
    command += ["--report-html-path", str(reports / "html")]
    command += ["--report-json-path", str(reports / "report.json")]
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": "specpipe.conformance.hooks",
        "SPECPIPE_SPEC": spec,
        "SPECPIPE_BASE_URL": trial.server.base_url,
        "SPECPIPE_KEY": trial.server.key or "",
        "SPECPIPE_OUTCOME": str(outcome.resolve()),
        "SPECPIPE_READ_ONLY": "1" if trial.foreign else "",
        "SPECPIPE_RATE": str(trial.pace.rate),
    }
    result = subprocess.run(
        command, env=environment, cwd=reports, stdout=output, stderr=output, check=False
    )
    if result.returncode not in (0, 1) or not outcome.exists():
        raise ToolError(f"schemathesis could not run (exit {result.returncode}): see above")
    return Outcome(result.returncode == 0, True, **json.loads(outcome.read_text()))


def configuration(api: Api, profile: Profile, seed: int, read_only: bool) -> str:
    """schemathesis.toml: reproducible, all checks, with the statuses that the spec's verbs make
    right for a valid request."""
    settings: list[tuple[str, Mapping[str, Any]]] = [
        ("", {"seed": seed, "workers": 1, "continue-on-failure": True}),
        ("cache", {"enabled": False}),
        ("analysis.constants", {"enabled": False}),
        ("generation", {"database": "none", "max-examples": profile.examples}),
        ("checks.negative_data_rejection", {"expected-statuses": list(REFUSALS)}),
    ]
    if read_only:
        settings.append(("phases.coverage", {"unexpected-methods": []}))
    if api.key is not None:
        scheme = toml_literal(api.key.scheme)
        settings.append((f"auth.openapi.{scheme}", {"api_key": "${SPECPIPE_KEY}"}))
        settings.append(("output.sanitization", {"keys-to-sanitize": [api.key.header.lower()]}))
    text = "\n".join(table(header, values) for header, values in settings)
    for operation in api.operations:
        if isinstance(operation.behaviour, Addressing):
            allowed = [*ACCEPTANCES, operation.behaviour.resource.gone]
            text += f"\n[[operations]]\ninclude-operation-id = {toml_literal(operation.id)}\n"
            text += table(
                "operations.checks.positive_data_acceptance", {"expected-statuses": allowed}
            )
    return text


def table(header: str, values: Mapping[str, Any]) -> str:
    """A TOML table."""
    lines = [f"{name} = {toml_literal(value)}" for name, value in values.items()]
    return "\n".join(([f"[{header}]"] if header else []) + lines) + "\n"
