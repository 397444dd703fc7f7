"""Whatever text a spec has in it: the TypeScript SDK compiles, none of it becomes code, and nothing
that cannot be seen stands in its files."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from specpipe.diagnostics import SpecError
from specpipe.node import executable
from specpipe.pipeline import read_spec
from specpipe.targets.typescript import TypeScriptTarget
from specpipe.workspace import ROOT

PAYLOADS = {
    "end of comment": "*/ pwned(); /* x",
    "end of comment, apart": "*\u200b/ * / pwned(); /**",
    "escapes that somebody undoes": "\\u002a\\u002f pwned(); \\u000apwned(); \\\\u002a/ /*",
    "template": "`${pwned()}`",
    "single quote": "'; pwned(); '",
    "double quote": '"; pwned(); "',
    "backslash": "\\'; pwned(); \\\\",
    "line": "x\npwned();\r\npwned();\rpwned();",
    "line separators": "x\u2028pwned();\u2029pwned();\u0085pwned();",
    "bidi": "\u202epwned();\u2066 // \u2069\u202c",
    "pragma": "// @ts-nocheck\n/// <reference path='pwned' />\n// @ts-ignore",
    "JSDoc": "@internal {@link pwned} @type {import('pwned')}",
    "HTML": "<script>pwned()</script><!-- ]]>",
    "Jinja": "{{ pwned }}{% raw %}{# pwned",
    "Markdown": "```\npwned()\n```\n[x](javascript:pwned()) | a | b",
    "names of objects": "__proto__",
    "odd characters": "\x7f\ufeff\ufffe\U000e0041 pwned",
}
FRAME = """
openapi: 3.1.0
info: {title: TEXT, version: 1.2.3, description: TEXT}
servers: [{url: 'http://localhost:9', description: TEXT}]
tags: [{name: Things, description: TEXT}]
x-package: small-things
paths:
  /things/{thing_id}:
    get:
      operationId: things_get
      tags: [Things]
      summary: TEXT
      description: TEXT
      parameters:
        - {name: thing_id, in: path, required: true, description: TEXT, schema: {type: string}}
        - {name: kind, in: query, description: TEXT, schema: {type: string, pattern: PATTERN}}
      responses:
        '200':
          description: TEXT
          content:
            application/json:
              example: {kind: TEXT, several: [TEXT], inner: {text: TEXT}, TEXT: TEXT}
              schema: {$ref: '#/components/schemas/Thing'}
        '404': {description: TEXT, content: {text/plain: {schema: {type: string}}}}
  /things:
    post:
      operationId: things_make
      tags: [Things]
      summary: TEXT
      description: TEXT
      requestBody:
        description: TEXT
        content:
          application/json:
            example: {kind: TEXT, TEXT: {TEXT: [TEXT]}}
            schema: {$ref: '#/components/schemas/Thing'}
      responses: {'204': {description: TEXT}}
components:
  schemas:
    Thing:
      type: object
      description: TEXT
      properties:
        kind: {type: string, description: TEXT, pattern: ''}
        inner: {type: object, description: TEXT, properties: {text: {type: string, description: TEXT}}}
        checked: {type: string, pattern: PATTERN, description: TEXT}
        several: {type: array, description: TEXT, items: {type: string, description: TEXT}}
        other: {$ref: '#/components/schemas/Kind'}
    Kind: {type: string, description: TEXT, enum: [plain, simple]}
"""
PATTERN = r"""^(\*\/pwned|/pwned/g|`|\$\{pwned\}|'pwned|"pwned|\u2028pwned|\u202e|</script>)*$"""
WALK = r"""
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
const found = [];
for (const name of readdirSync(process.argv[1], { recursive: true })) {
  if (!name.endsWith('.ts')) continue;
  const text = readFileSync(join(process.argv[1], name), 'utf8');
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  if (file.pragmas.size || file.referencedFiles.length || file.checkJsDirective) {
    found.push(`${name}: a pragma`);
  }
  const walk = (node) => {
    const isText = ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node);
    if (!isText && node.text?.includes('pwned') && node !== file) found.push(`${name}: ${node.text}`);
    node.forEachChild(walk);
  };
  walk(file);
}
console.log(JSON.stringify(found));
"""


Rendered = dict[str, Path]


def filled(node: Any, payload: str) -> Any:
    """`node` with `payload` wherever there is text."""
    if isinstance(node, dict):
        return {filled(key, payload): filled(value, payload) for key, value in node.items()}
    if isinstance(node, list):
        return [filled(one, payload) for one in node]
    return {"TEXT": payload, "PATTERN": PATTERN}.get(node, node) if isinstance(node, str) else node


def rendered(home: Path) -> Rendered:
    """The SDK of a spec full of each payload."""
    found: Rendered = {}
    for number, (name, payload) in enumerate(PAYLOADS.items()):
        spec = home / f"{number}.yaml"
        spec.write_text(yaml.safe_dump(filled(yaml.safe_load(FRAME), payload), sort_keys=False))
        found[name] = home / str(number)
        for path, content in TypeScriptTarget().render(*read_spec(spec)).items():
            file = found[name] / Path(path).relative_to("typescript-client")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    return found


def test_all_compile_none_becomes_code_and_everything_can_be_seen(tmp_path: Path) -> None:
    """One test, since making the SDKs takes long, and each worker would make them anew."""
    trees = rendered(tmp_path)
    assert compiled(tmp_path) == ""
    assert strangers(tmp_path) == []
    for name, folder in trees.items():
        assert unseen(folder) == {}, name
        text = "".join(path.read_text() for path in folder.rglob("*.ts"))
        # The text itself is there, or nothing of this were proven.
        assert text.count("pwned" if name != "names of objects" else "__proto__") > 10, name


def compiled(home: Path) -> str:
    """What the compiler says of all SDKs in a folder."""
    options = json.loads((home / "0" / "tsconfig.json").read_text())["compilerOptions"]
    options |= {"rootDir": ".", "noEmit": True, "skipDefaultLibCheck": True}
    config = home / "tsconfig.json"
    config.write_text(json.dumps({"compilerOptions": options, "include": ["*/src"]}))
    tsc = ROOT / "node_modules" / ".bin" / "tsc"
    result = subprocess.run([tsc, "-p", config], capture_output=True, text=True, check=False)
    assert result.stdout or result.returncode == 0, result.stderr
    return result.stdout


def unseen(folder: Path) -> dict[str, set[str]]:
    """Characters that cannot be seen, by the files that have them."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 15
    odd = {
        str(path): {c for c in path.read_text() if c != "\n" and not c.isprintable()}
        for path in files
    }
    return {path: found for path, found in odd.items() if found}


@pytest.mark.parametrize(
    "text", ["pwned();", "let x = `${pwned}`;", "/pwned/g;", "// @ts-nocheck", "type T = pwned;"]
)
def test_code_would_be_noticed(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.ts").write_text(text)
    assert len(strangers(tmp_path)) == 1


def strangers(folder: Path) -> list[str]:
    """What there is of the payloads that is neither comment nor string."""
    command = [executable("this"), "--input-type=module", "-e", WALK, str(folder)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    found: list[str] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
@pytest.mark.parametrize("place", ["a property", "a member of an enumeration"])
def test_no_name_is_such_a_text(tmp_path: Path, place: str, payload: str) -> None:
    data = filled(yaml.safe_load(FRAME), "plain text")
    if place == "a property":
        data["components"]["schemas"]["Thing"]["properties"][payload] = {"type": "string"}
    else:
        data["components"]["schemas"]["Kind"]["enum"].append(payload)
    spec = tmp_path / "spec.yaml"
    spec.write_text(yaml.safe_dump(data))
    with pytest.raises(SpecError, match="cannot become an identifier"):
        read_spec(spec)
