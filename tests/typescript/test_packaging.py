"""What `npm pack` makes of the TypeScript SDK installs into an empty project, offline, and works
there: from JavaScript as it is, and from TypeScript under strict settings."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from specpipe.workspace import ROOT

SDK = ROOT / "generated" / "typescript-client"
BIN = ROOT / "node_modules" / ".bin"
NAME = json.loads((SDK / "package.json").read_text())["name"]
JAVASCRIPT = """
import { BASE_URL, GoneError, InvalidArgument, PiecesWorkstream, Timestamp } from '%s';

const gone = async () => new Response('gone', { status: 410, headers: { 'content-type': 'text/plain' } });
const client = new PiecesWorkstream({ fetch: gone, apiKey: 'a-secret-key' });
const error = await client.workstreamEvent.get('a').catch((reason) => reason);
if (!(error instanceof GoneError) || client.baseUrl !== BASE_URL) throw error;
new Timestamp('2024-01-01T00:00:00Z');
try {
  new PiecesWorkstream({ apiKeys: 1 });
} catch (reason) {
  if (!(reason instanceof InvalidArgument)) throw reason;
}
console.log('works');
"""
TYPESCRIPT = """
import { PiecesWorkstream, type ClientOptions, type WorkstreamEvent } from '%s';

const options: ClientOptions = { baseUrl: 'http://localhost:1', retries: 0 };
const client: PiecesWorkstream = new PiecesWorkstream(options);
export async function titles(): Promise<string[]> {
  const { iterable } = await client.workstreamEvents.snapshot({ transferables: false });
  return iterable.map((each: WorkstreamEvent) => each.readable ?? each.created.value.toISOString());
}
"""
STRICT = {
    "target": "ES2022",
    "strict": True,
    "exactOptionalPropertyTypes": True,
    "noUncheckedIndexedAccess": True,
    "noPropertyAccessFromIndexSignature": True,
    "verbatimModuleSyntax": True,
    "noEmit": True,
    "skipLibCheck": False,
    "skipDefaultLibCheck": True,  # those are TypeScript's own
}


def run(*command: object, cwd: Path) -> str:
    """What a command prints; it has to succeed. It sees no configuration of npm but its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("npm_")}
    result = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**kept, "npm_config_update_notifier": "false"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive, built from a copy of the sources as the README says. What `npm install` brings
    there is that of the repository: no test needs the network."""
    assert "`npm install && npm pack` in a copy" in (ROOT / "README.md").read_text()
    folder = tmp_path_factory.mktemp("packing")
    shutil.copytree(SDK, folder / "sdk", ignore=shutil.ignore_patterns("dist", "node_modules"))
    (folder / "sdk" / "node_modules").symlink_to(ROOT / "node_modules")
    run("npm", "pack", "--offline", "--pack-destination", folder, cwd=folder / "sdk")
    (archive,) = folder.glob("*.tgz")
    return archive


@pytest.fixture(scope="module")
def project(packed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty project with the archive installed."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    run("npm", "install", "--offline", "--no-audit", "--no-fund", packed, cwd=folder)
    return folder


def test_the_archive_has_what_programs_and_people_need_and_nothing_else(packed: Path) -> None:
    with tarfile.open(packed) as archive:
        names = {name.removeprefix("package/") for name in archive.getnames()}
    rest = {name for name in names if not name.startswith("dist/")}
    assert rest == {"package.json", "README.md", "REFERENCE.md", "LICENSE"}
    made = {name.removeprefix("dist/") for name in names - rest}
    sources = {path.relative_to(SDK / "src").as_posix() for path in SDK.glob("src/**/*.ts")}
    stems = {name.removesuffix(".ts") for name in sources}
    assert made == {f"{stem}{end}" for stem in stems for end in (".js", ".d.ts")}


def test_it_installs_alone(project: Path) -> None:
    installed = {path.name for path in (project / "node_modules").iterdir()}
    assert {name for name in installed if not name.startswith(".")} == {NAME}


def test_it_works_from_javascript(project: Path) -> None:
    (project / "program.js").write_text(JAVASCRIPT % NAME)
    assert run("node", "program.js", cwd=project) == "works\n"


@pytest.mark.parametrize(
    ("module", "resolution"), [("NodeNext", "NodeNext"), ("ESNext", "Bundler")]
)
@pytest.mark.parametrize("libraries", ["browser", "node"])
def test_it_works_from_typescript(
    project: Path, module: str, resolution: str, libraries: str
) -> None:
    (project / "program.ts").write_text(TYPESCRIPT % NAME)
    if libraries == "browser":
        places = {"lib": ["ES2022", "DOM", "DOM.Iterable"], "types": []}
    else:
        roots = [str(ROOT / "node_modules" / "@types")]
        places = {"lib": ["ES2022"], "types": ["node"], "typeRoots": roots}
    options = {**STRICT, **places, "module": module, "moduleResolution": resolution}
    config = {"compilerOptions": options, "files": ["program.ts"]}
    (project / "tsconfig.json").write_text(json.dumps(config))
    run(BIN / "tsc", "-p", ".", cwd=project)


def test_importing_one_thing_brings_no_more_than_that(project: Path) -> None:
    """`sideEffects: false` is true: what is not used is left out, and nothing breaks by that."""
    (project / "one.js").write_text(f"export {{ BASE_URL }} from '{NAME}';\n")
    flags = ("--bundle", "--minify", "--format=esm")
    assert len(run(BIN / "esbuild", "one.js", *flags, cwd=project)) < 200
    (project / "bundled.js").write_text(JAVASCRIPT % NAME)
    flags = (*flags, "--platform=node", "--outfile=bundled.mjs")
    run(BIN / "esbuild", "bundled.js", *flags, cwd=project)
    assert run("node", "bundled.mjs", cwd=project) == "works\n"
