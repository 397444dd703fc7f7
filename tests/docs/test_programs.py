"""Every program on every page of the documentation runs against the server, and what comes of it is
what its page says."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from specpipe.conformance.process import server_environment
from specpipe.pipeline import read_spec
from specpipe.workspace import OUT, ROOT, SPEC

BIN = ROOT / "node_modules" / ".bin"
STRICT = {
    "target": "ES2022",
    "module": "ESNext",
    "moduleResolution": "Bundler",
    "lib": ["ES2022", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
    "types": [],
    "strict": True,
    "exactOptionalPropertyTypes": True,
    "noUncheckedIndexedAccess": True,
    "moduleDetection": "force",
    "noEmit": True,
    "skipDefaultLibCheck": True,
}
IN_PYTHON = """
import contextlib, httpx, importlib, io, json, sys
from urllib.parse import urlsplit
name, programs = json.load(sys.stdin)
package = importlib.import_module(name)
plain = package.Client
inner = importlib.import_module(name + ".transports.httpx").HttpxTransport(httpx.Client())
exchanges = []
class Recording:
    def send(self, request):
        answer = inner.send(request)
        path = urlsplit(request.url).path
        exchanges.append([request.method, path, answer.status, answer.body.decode()])
        return answer
package.Client = lambda *given, **named: plain(*given, **named, transport=Recording())
for program in programs:
    exchanges.clear()
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(program, {"__name__": "__main__"})
    print(json.dumps([printed.getvalue(), exchanges[-1:]]))
"""
IN_NODE = """
const plain = globalThis.fetch;
let exchanges, printed;
globalThis.fetch = async (url, options) => {
  const answer = await plain(url, options);
  const path = new URL(url instanceof Request ? url.url : url).pathname;
  const body = await answer.clone().text();
  exchanges.push([url.method ?? options?.method ?? 'GET', path, answer.status, body]);
  return answer;
};
const log = console.log;
console.log = (...given) => printed.push(given.join(' '));
for (const file of process.argv.slice(2)) {
  [exchanges, printed] = [[], []];
  await import(file);
  log(JSON.stringify([printed.join('\\n'), exchanges.slice(-1)]));
}
"""


def run_python(made, programs, folder):
    given = [f"{made.api.package.snake}_client", [program.code for program in programs]]
    return run(
        [sys.executable, "-W", "error", "-c", IN_PYTHON],
        env=server_environment(made.out),
        input=json.dumps(given),
    )


def run_typescript(made, programs, folder):
    files = []
    for number, program in enumerate(programs):
        files.append(folder / f"{number:03}.ts")
        files[-1].write_text(program.code)
    package = f"{made.api.package.kebab}-client"
    source = made.out / "typescript-client" / "src" / "index.ts"
    options = {**STRICT, "paths": {package: [str(source)]}}
    config = folder / "tsconfig.json"
    config.write_text(json.dumps({"compilerOptions": options, "include": ["*.ts"]}))
    run([BIN / "tsc", "-p", config])
    flags = ("--bundle", "--format=esm", "--platform=node", "--out-extension:.js=.mjs")
    run([BIN / "esbuild", *files, *flags, f"--alias:{package}={source}", f"--outdir={folder}"])
    runner = folder / "runner.mjs"
    runner.write_text(IN_NODE)
    return run(["node", runner, *(file.with_suffix(".mjs") for file in files)])


def run(command, **options):
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        **options,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return done.stdout


RUN = {"python": run_python, "typescript": run_typescript}


@pytest.mark.parametrize("language", RUN)
def test_what_comes_of_each_program_is_what_its_page_says(made, language, tmp_path):
    programs = made.programs(language)
    assert sum(bool(it.address) for it in programs) == len(made.api.operations)
    results = [json.loads(line) for line in RUN[language](made, programs, tmp_path).splitlines()]
    assert len(results) == len(programs)
    for program, (printed, exchanges) in zip(programs, results, strict=True):
        if program.printed:
            assert json.loads(printed) == json.loads(program.printed), program.page
        else:
            ((method, path, status, body),) = exchanges
            assert re.fullmatch(pattern(program.address), f"{method} {path}"), program
            assert_stated(made, program, status, body)


def assert_stated(made, program, status, body):
    """`200 OK, [Model](...).`, `204 No Content, nothing.`"""
    said, _, result = program.outcome.removesuffix(".").rpartition(", ")
    assert said.startswith(str(status)), program
    named = re.fullmatch(r"\[(\w+)\]\(models/\1\.md\)", result)
    assert (body == "") == (result == "nothing"), program
    if named:
        schema = made.document.data["components"]["schemas"][named[1]]
        assert {*schema.get("required", ())} <= {*json.loads(body)}, program


def pattern(address):
    """An address as what matches it."""
    return re.sub(r"\\\{[^{}]*\\\}", "[^/]+", re.escape(address))


@pytest.mark.parametrize("language", RUN)
def test_each_component_of_ours_that_is_an_object_has_an_example(language):
    components = read_spec(SPEC)[0].data["components"]["schemas"]
    objects = [name for name, schema in components.items() if "properties" in schema]
    assert len(objects) > 30
    for name in objects:
        text = (OUT / "docs" / language / "models" / f"{name}.md").read_text()
        assert f"```{language}" in text, name
