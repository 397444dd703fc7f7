"""`specpipe others`: make servers by tools of others from the spec, and judge each.

Exit status 0: each was judged, whatever came of it. 2: one could not be.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from specpipe.arguments import output_folder, spec_file
from specpipe.conformance import interruption
from specpipe.conformance.profile import PROFILES
from specpipe.conformance.report import read
from specpipe.diagnostics import ToolError
from specpipe.manual import Manual
from specpipe.others.servers import Other, others, running
from specpipe.others.summary import summary
from specpipe.workspace import BENCH, OUT, REPORTS, SPEC, shown

COULD_NOT_JUDGE = 2
KEY = "any-key"
"""Neither of them knows which key is right."""


HELP = Manual(
    "judge servers that tools of others make of the spec",
    "Prism's mock and openapi-generator's FastAPI stub, installed into .bench/ once, are started "
    "and judged as somebody's disposable server.",
    {0: "each was judged, whatever came of it", 2: "one could not be"},
    {"specpipe others --profile quick": "with more cases than in the smoke profile"},
)


def add_command(commands: Any) -> None:
    """Add `others` to the commands of the pipeline."""
    command = HELP.add(commands, "others", judge_others)
    command.add_argument("--spec", type=spec_file, default=SPEC, help="the OpenAPI document")
    command.add_argument("--out", type=output_folder, default=OUT, help="where the SDKs are")
    command.add_argument(
        "--profile",
        choices=tuple(PROFILES),
        default="smoke",
        help="how many cases; smoke unless given",
    )
    command.add_argument("--seed", type=int, default=1, help="same seed, same requests")
    command.add_argument("--report-dir", type=Path, default=REPORTS, help="where reports go")


def judge_others(options: argparse.Namespace) -> int:
    """Judge one after the other; returns the exit status."""
    interruption.install()
    reports = options.report_dir.resolve() / "others"
    failed = False
    texts: list[str] = []
    for other in others():
        print(f"{other.name} {other.version}: {other.what}", flush=True)
        try:
            texts += judged(other, options, reports / other.name)
        except ToolError as error:
            failed = True
            print(f"could not judge: {other.name}: {error}", file=sys.stderr)
    page = reports / "others.md"
    reports.mkdir(parents=True, exist_ok=True)
    page.write_text("\n".join(texts) + "\n")
    print(f"in plain words: {shown(page)}")
    return COULD_NOT_JUDGE if failed else 0


def judged(other: Other, options: argparse.Namespace, reports: Path) -> Iterator[str]:
    """What one of them comes to, as Markdown. Raises ToolError when it could not be judged."""
    folder = BENCH / "others" / other.name
    folder.mkdir(parents=True, exist_ok=True)
    with running(other.prepare(folder, options.spec.resolve()), folder) as url:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "specpipe", "conformance", "--allow-writes=all"),
                *(f"--spec={options.spec}", f"--out={options.out}", f"--base-url={url}"),
                *(f"--profile={options.profile}", f"--seed={options.seed}"),
                f"--report-dir={reports}",
            ],
            env={**os.environ, "API_KEY": KEY},
            check=False,
        )
    if done.returncode not in (0, 1):
        raise ToolError(f"the judge ended with {done.returncode}, see above")
    yield from summary(other, read(reports / "report.json"))
