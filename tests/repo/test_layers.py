"""Which module may use which: read off the source, so that no import sneaks in."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from specpipe.workspace import ROOT

PACKAGE = ROOT / "scripts" / "specpipe"
MODULES = {
    "specpipe." + ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
RUNTIME = sorted((ROOT / "templates" / "server" / "runtime").rglob("*.py"))
CORE = {"specpipe.diagnostics", "specpipe.workspace"}
"""What every layer may use."""
MAY_USE: dict[str, set[str]] = {
    "specpipe.spec.": {"specpipe.spec."},
    "specpipe.arguments": set(),
    "specpipe.render": set(),
    "specpipe.page": {"specpipe.render"},
    "specpipe.tree": set(),
    "specpipe.format": {"specpipe.tree"},
    "specpipe.emit": {"specpipe.tree"},
    "specpipe.node": set(),
    "specpipe.usage": set(),
    "specpipe.manual": set(),
    "specpipe.manuals": {"specpipe.manual"},
    "specpipe.targets.": {
        "specpipe.targets.",
        "specpipe.spec.model",
        "specpipe.spec.names",
        "specpipe.spec.reserved",
        "specpipe.render",
        "specpipe.page",
        "specpipe.format",
        "specpipe.node",
        "specpipe.tree",
    },
    "specpipe.targets.docs_spec": {"specpipe.spec.nodes"},
    "specpipe.cache": {"specpipe.spec.model", "specpipe.tree"},
    "specpipe.pipeline": {
        "specpipe.spec.",
        "specpipe.targets.base",
        "specpipe.cache",
        "specpipe.tree",
    },
    "specpipe.audit.": {
        "specpipe.manual",
        "specpipe.audit.",
        "specpipe.spec.",
        "specpipe.arguments",
        "specpipe.render",
        "specpipe.tree",
    },
    "specpipe.diff.": {
        "specpipe.manual",
        "specpipe.diff.",
        "specpipe.spec.",
        "specpipe.targets.registry",
        "specpipe.arguments",
        "specpipe.emit",
        "specpipe.node",
        "specpipe.pipeline",
        "specpipe.tree",
    },
    "specpipe.conformance.": {
        "specpipe.manual",
        "specpipe.conformance.",
        "specpipe.spec.model",
        "specpipe.spec.names",
        "specpipe.spec.nodes",
        "specpipe.arguments",
        "specpipe.node",
        "specpipe.render",
        "specpipe.targets.typescript_calls",
        "specpipe.pipeline",
    },
    "specpipe.adopt.": {
        "specpipe.manual",
        "specpipe.adopt.",
        "specpipe.spec.",
        "specpipe.arguments",
        "specpipe.conformance.samples",
        "specpipe.pipeline",
    },
    "specpipe.corpus.": {
        "specpipe.manual",
        "specpipe.corpus.",
        "specpipe.adopt.",
        "specpipe.spec.",
        "specpipe.bench.commands",
        "specpipe.bench.peers.making",
        "specpipe.conformance.interruption",
        "specpipe.conformance.process",
        "specpipe.pipeline",
    },
    "specpipe.others.": {
        "specpipe.manual",
        "specpipe.others.",
        "specpipe.bench.peers.making",
        "specpipe.conformance.interruption",
        "specpipe.conformance.process",
        "specpipe.conformance.profile",
        "specpipe.conformance.report",
        "specpipe.conformance.verdict",
        "specpipe.arguments",
    },
    "specpipe.bench.": {
        "specpipe.manual",
        "specpipe.bench.",
        "specpipe.spec.model",
        "specpipe.conformance.cluster",
        "specpipe.conformance.fuzz",
        "specpipe.conformance.interruption",
        "specpipe.conformance.process",
        "specpipe.conformance.profile",
        "specpipe.conformance.report",
        "specpipe.conformance.samples",
        "specpipe.arguments",
        "specpipe.node",
        "specpipe.render",
        "specpipe.pipeline",
        "specpipe.usage",
    },
}
"""A module, or with a dot at its end a package, and what of ours it may import besides CORE. The
command line is the only one that may import anything."""
WRITERS = {
    "specpipe.usage": "what a command took, where it is told to",
    "specpipe.adopt.cli": "a spec, into a new file",
    "specpipe.audit.cli": "drafts, into new files, and the facts of pages beside the spec",
    "specpipe.bench.cli": "temporary files on the disk of the repository",
    "specpipe.bench.clients": "what is decoded, and what a server answers with",
    "specpipe.bench.commands": "what a command that is measured says",
    "specpipe.bench.commits": "a temporary file, taken away again",
    "specpipe.bench.engines": "a temporary folder for a database",
    "specpipe.bench.generation": "temporary folders for what generators make, and their specs",
    "specpipe.bench.judging": "a temporary folder for what schemathesis is told",
    "specpipe.bench.load": "a temporary folder for what wrk reads",
    "specpipe.bench.peers.making": "the peers: a virtual environment and applications",
    "specpipe.bench.processes": "logs of what is measured",
    "specpipe.bench.programs.disk_writer": "a file, to keep the disk busy",
    "specpipe.bench.programs.sdk_task": "/proc, to begin the peak of its memory anew",
    "specpipe.bench.record": "the documentation's figures and charts, when it is told to",
    "specpipe.bench.replicas": "a temporary folder for a standby",
    "specpipe.bench.report": "the folder of reports",
    "specpipe.bench.sdks": "a temporary folder for packages",
    "specpipe.bench.subjects": "a temporary database, taken away again",
    "specpipe.bench.typescript": "a temporary folder for the bundle and what is decoded",
    "specpipe.cache": "trees of earlier runs, outside of the repository",
    "specpipe.corpus.cli": "the record of the corpus and its page",
    "specpipe.corpus.fetch": "documents of others, below the benchmarks' folder",
    "specpipe.corpus.judge": "what is made of them, there too",
    "specpipe.diff.cli": "the folder of reports, and the summary of a run on GitHub",
    "specpipe.emit": "the output folder: the only one",
    "specpipe.format": "a temporary folder for ruff",
    "specpipe.node": "a temporary folder for the tools",
    "specpipe.others.cli": "the folder of reports",
    "specpipe.others.servers": "what others' servers are made of, below the benchmarks' folder",
    "specpipe.conformance.cli": "the folder of reports",
    "specpipe.conformance.cluster": "a temporary folder for a database",
    "specpipe.conformance.fuzz": "the folder of reports",
    "specpipe.conformance.journal": "what was made on a server that is not ours",
    "specpipe.conformance.process": "a temporary folder for a database",
    "specpipe.conformance.publish": "the folder of reports",
    "specpipe.conformance.typescript": "a temporary folder for the bridge",
}
WRITING = {
    "write_text",
    "write_bytes",
    "writelines",
    "mkdir",
    "makedirs",
    "touch",
    "unlink",
    "rmdir",
    "rmtree",
    "rename",
    "symlink_to",
    "hardlink_to",
    "copy2",
    "copytree",
    "mkdtemp",
    "mkstemp",
    "TemporaryDirectory",
    "NamedTemporaryFile",
}
SERVER_USES = {
    "starlette",
    "uvicorn",
    "httptools",
    "msgspec",
    "jsonschema_rs",
    "prometheus_client",
    "psycopg",
    "shtab",  # an extra
}


def imports_of(path: Path) -> set[str]:
    """Modules that a file imports, anywhere in it; `from a import b` counts as both."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            ours = {name for name in names if name in MODULES or f"{name}.__init__" in MODULES}
            found.update(ours or {node.module})
    return found


def covers(rule: str, module: str) -> bool:
    return module.startswith(rule) if rule.endswith(".") else module == rule


def calls_of(path: Path) -> set[str]:
    """Names of what a file calls that writes; `open` counts when its mode does."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        modes = [a.value for a in node.args if isinstance(a, ast.Constant)]
        modes += [k.value.value for k in node.keywords if isinstance(k.value, ast.Constant)]
        opens = name == "open" and any(isinstance(m, str) and set(m) & set("wax+") for m in modes)
        moves = ast.unparse(function) in ("os.replace", "os.remove", "shutil.move")
        if name in WRITING or opens or moves:
            found.add(name)
    return found


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Its lines, without those of signature and docstring."""
    first = function.body[1:2] if ast.get_docstring(function) else function.body[:1]
    return (function.end_lineno or 0) - first[0].lineno + 1 if first else 0


def test_every_module_is_in_a_layer():
    free = {"specpipe.__init__", "specpipe.__main__", "specpipe.cli", *CORE}
    unplaced = [
        module
        for module in MODULES
        if module not in free and not any(covers(rule, module) for rule in MAY_USE)
    ]
    assert unplaced == []


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_from_its_own_layer_and_those_below(module):
    rules = [allowed for rule, allowed in MAY_USE.items() if covers(rule, module)]
    if not rules:
        return
    allowed = set().union(CORE, *rules)
    ours = {name for name in imports_of(MODULES[module]) if name.split(".")[0] == "specpipe"}
    forbidden = {name for name in ours if not any(covers(rule, name) for rule in allowed)}
    assert forbidden == set()


def test_core_imports_nothing_of_ours():
    for module in CORE:
        assert not [n for n in imports_of(MODULES[module]) if n.startswith("specpipe")]


def test_only_main_imports_the_command_line():
    users = [module for module, path in MODULES.items() if "specpipe.cli" in imports_of(path)]
    assert users == ["specpipe.__main__"]


def test_only_emit_writes_into_the_output_folder():
    writers = {module for module, path in MODULES.items() if calls_of(path)}
    assert writers - WRITERS.keys() == set()
    assert WRITERS.keys() - writers == set(), "no longer writes: take it off the list"


def test_only_workspace_knows_where_the_repository_is():
    users = {
        module
        for module, path in MODULES.items()
        if any(
            isinstance(node, ast.Name) and node.id == "__file__"
            for node in ast.walk(ast.parse(path.read_text()))
        )
    }
    runs_itself = {"specpipe.usage"}
    assert users == {"specpipe.workspace", *runs_itself}


@pytest.mark.parametrize("path", RUNTIME, ids=lambda path: path.name)
def test_the_servers_runtime_uses_what_the_package_depends_on_only(path):
    used = {name.split(".")[0] for name in imports_of(path)}
    assert used - SERVER_USES - set(sys.stdlib_module_names) == set()


@pytest.mark.parametrize("path", [*MODULES.values(), *RUNTIME], ids=lambda path: path.stem)
def test_files_and_functions_stay_short(path):
    text = path.read_text()
    assert text.count("\n") <= 300
    long = [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and length(node) > 40
    ]
    assert long == []
