"""What becomes of one document: refused as it is or not, adopted, generated, checked, judged."""

from __future__ import annotations

import re
import shutil
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from specpipe.adopt.adopt import LARGEST, adopt
from specpipe.adopt.draft import by_construct, construct
from specpipe.conformance.process import generated_server
from specpipe.corpus.members import Member
from specpipe.corpus.steps import MIB, SECONDS, Step, pipe, step
from specpipe.diagnostics import Diagnostic, SpecError, ToolError
from specpipe.pipeline import read_spec
from specpipe.spec.load import load
from specpipe.spec.nodes import operations, root, schemas
from specpipe.spec.rules import check_rules
from specpipe.spec.validate import validate
from specpipe.workspace import ROOT, shown

PATIENCE = 300
"""Seconds for what others' tools check; they are not the pipeline's."""
PASSED = "passes"
Row = dict[str, Any]


def judge(member: Member, file: Path, work: Path, quick: bool = False) -> Row:
    """One row of the table, made in the folder `work`. A quick one ends when all is generated."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    source = work / f"source{file.suffix}"
    shutil.copyfile(file, source)
    row: Row = {
        "name": member.name,
        "about": member.about,
        "source": member.source,
        "path": member.path,
        "sha256": member.sha256,
        "licence": member.licence,
        **facts(source),
    }
    row |= unadopted(source, work)
    for key, value in adopted(source, work, quick):
        row[key] = value
        print(
            f"{member.name}: {key}: {value if isinstance(value, str) else told(value)}", flush=True
        )
    return row


def told(value: Any) -> str:
    """A figure in the log."""
    return str(value.get("verdict", value)) if isinstance(value, dict) else str(value)[:200]


def facts(source: Path) -> Row:
    """What the document says that it is."""
    document = load(source, LARGEST)
    data = root(document)
    named = [*schemas(document), *data.raw("definitions").members()]
    version = data.raw("openapi").value or data.raw("swagger").value
    count = sum(1 for _ in operations(document))
    return {"version": str(version), "operations": count, "schemas": len(named)}


def unadopted(source: Path, work: Path) -> Row:
    """What `generate` says of the document as it is."""
    done = pipe("generate", f"--spec={source}", f"--out={work / 'as-it-is'}")
    found = {**took(done), "verdict": verdict(done), "first": first_line(done, source)}
    if (work / "as-it-is").exists() and done.status:
        found["verdict"] = "half a tree was left"
    problems = Counter(construct(each.message) for each in diagnostics(source))
    return {"as_it_is": {**found, "problems": dict(problems.most_common())}}


def diagnostics(source: Path) -> set[Diagnostic]:
    """All that is against the document; of OpenAPI 3.0 what would be if its number were another."""
    try:
        document = load(source)
    except SpecError as error:
        return set(error.diagnostics)
    rules = check_rules(document) if "openapi" in document.data else ()
    return {*validate(document), *rules}


def adopted(source: Path, work: Path, quick: bool) -> Iterator[tuple[str, Any]]:
    """The steps after that, each as far as the one before it came."""
    spec, out = work / "spec.yaml", work / "out"
    done = pipe("adopt", f"--from={source}", f"--spec={spec}")
    yield "adopt", {**took(done), "verdict": verdict(done), "first": first_line(done, source)}
    if done.status:
        return
    adoption = adopt(load(source, LARGEST))
    yield "kept", len(adoption.api.operations)
    yield "notes", [[kind, what, count] for kind, what, count, _ in by_construct(adoption.notes)]
    done = pipe("generate", f"--spec={spec}", f"--out={out}")
    yield "generate", {**took(done), "verdict": verdict(done), "first": first_line(done, source)}
    if done.status or quick:
        return
    yield "types", {name: checked_by(command) for name, command in checkers(out, work)}
    yield "serves", served(spec, out)
    reports = f"--report-dir={work / 'reports'}"
    options = (f"--spec={spec}", f"--out={out}", "--profile=smoke", reports)
    done = step((sys.executable, "-m", "specpipe", "conformance", *options), PATIENCE)
    yield "conformance", {**took(done), "verdict": judgement(done), "broken": broken(done.output)}


def took(done: Step) -> Row:
    """Seconds and MiB."""
    return {"seconds": done.seconds, "mib": done.mib}


def verdict(done: Step) -> str:
    """What is said of a command of the pipeline."""
    if done.status == -9:
        return f"over {SECONDS} s"
    if "Traceback" in done.output:
        return "traceback"
    if done.mib > MIB:
        return f"over {MIB} MiB"
    return PASSED if done.status == 0 else "refused"


def first_line(done: Step, source: Path) -> str:
    """What a refusal begins with, with the name of the file alone."""
    lines = done.output.strip().splitlines() if done.status else []
    text = lines[-1 if "Traceback" in done.output else 0] if lines else ""
    for folder in (source.parent, Path(shown(source.parent))):
        text = text.replace(f"{folder}/", "")
    return text


def checkers(out: Path, work: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What checks the types of each package."""
    cache = f"--cache-dir={work.parent / 'mypy'}"
    strict = ("-m", "mypy", "--strict", "--explicit-package-bases", "--config-file=", cache)
    for name in ("python-client", "server"):
        package = next(path.parent for path in sorted((out / name).glob("*/__init__.py")))
        yield name, (sys.executable, *strict, str(package))
    tsc = str(ROOT / "node_modules" / ".bin" / "tsc")
    yield "typescript-client", (tsc, "--strict", "--noEmit", "-p", str(out / "typescript-client"))


def checked_by(command: tuple[str, ...]) -> str:
    """What a checker of types says."""
    done = step(command, PATIENCE)
    if done.status == -9:
        return f"over {PATIENCE} s"
    errors = [line for line in done.output.splitlines() if " error" in line]
    return PASSED if done.status == 0 else (errors or [done.last])[0].rpartition("/")[2]


def served(spec: Path, out: Path) -> str:
    """Whether the server starts and says that it is well."""
    _, api = read_spec(spec)
    try:
        with generated_server(api, out, 1) as server:
            health = f"{server.base_url}/.well-known/health"
            with urllib.request.urlopen(health, timeout=30) as reply:
                return PASSED if reply.status == 200 else f"answers {reply.status}"
    except (ToolError, OSError) as error:
        return str(error)


def judgement(done: Step) -> str:
    """What is said of the judge's run."""
    if done.status == -9:
        return f"over {PATIENCE} s"
    return PASSED if done.status == 0 else done.last


def broken(output: str) -> dict[str, int]:
    """What did not hold, by the name of the check, and how often."""
    names = re.findall(r"^(\w+) broken: (\S+)", output, re.M)
    return dict(Counter(f"{kind} {name.rpartition('/')[2]}" for kind, name in names))
