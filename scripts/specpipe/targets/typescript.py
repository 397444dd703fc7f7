"""The TypeScript SDK: types of the schemas by @hey-api/openapi-ts, the rest by our templates
around a hand-written runtime.

hey-api's own client is not used: it passes a missing member or a page of HTML as typed data, and
throws strings. Its types are, with enumerations open and date-times as dates.
"""

from __future__ import annotations

import re
from typing import Any

from specpipe import node
from specpipe.render import MARK, environment
from specpipe.spec.model import Api, Document
from specpipe.targets.base import runtime
from specpipe.targets.conveniences import discovery
from specpipe.targets.typescript_arrival import check_arrival, check_patterns, schemas
from specpipe.targets.typescript_calls import Calls, attribute
from specpipe.targets.typescript_conveniences import iteration, modification
from specpipe.targets.typescript_exports import check_exports
from specpipe.targets.typescript_models import schemas_document
from specpipe.targets.typescript_reference import Reference
from specpipe.targets.typescript_validators import Validators
from specpipe.tree import Tree
from specpipe.workspace import ROOT, TEMPLATES

TOOLS = ROOT / "scripts" / "specpipe" / "targets" / "typescript_tools.mjs"
WITHOUT = "TARGETS=python,server,docs"
"""All targets but this one."""
TEMPLATED = {
    "README.md": "README.md.j2",
    "REFERENCE.md": "REFERENCE.md.j2",
    "package.json": "package.json.j2",
    "tsconfig.json": "tsconfig.json.j2",
    "src/client.ts": "client.ts.j2",
    "src/index.ts": "index.ts.j2",
    "src/operations.ts": "operations.ts.j2",
    "src/validators.ts": "validators.ts.j2",
}


class TypeScriptTarget:
    """Renders an npm package `<x-package>-client` with a client, resources, models and errors."""

    name = "typescript"
    folder = "typescript-client"

    def render(self, document: Document, api: Api) -> Tree:
        """All files of the SDK. Raises ToolError without Node.js and its tools."""
        env = environment(TEMPLATES / self.folder)
        calls, validators = Calls(api), Validators(schemas(document))
        check_exports(document, api, calls, errors())
        context = context_of(document, api, calls, validators)
        files = {
            name: env.get_template(template).render(context) for name, template in TEMPLATED.items()
        }
        for tag, group in calls.by_tag():
            files[f"src/resources/{attribute(tag)}.ts"] = env.get_template("resource.ts.j2").render(
                **context, tag=tag, group=group
            )
        given = {
            "document": schemas_document(document.data),
            "models": "src/models.ts",
            "head": f"// {MARK}\n/** The component schemas as types. */\n\n",
            "files": files,
            "patterns": list(validators.patterns),
        }
        made = tools(given)
        check_patterns(made["refused"], document)
        check_arrival(made["outlines"], document, api)
        return {
            **{f"{self.folder}/{path}": text.encode() for path, text in made["files"].items()},
            **runtime(self.folder, f"{self.folder}/src/runtime"),
            f"{self.folder}/LICENSE": (ROOT / "LICENSE").read_bytes(),
        }


def context_of(
    document: Document, api: Api, calls: Calls, validators: Validators
) -> dict[str, Any]:
    """What all templates are given."""
    return {
        "api": api,
        "calls": calls,
        "attribute": attribute,
        "client": api.package.pascal,
        "distribution": f"{api.package.kebab}-client",
        "document": document,
        "reference": Reference(document, calls),
        "errors": errors(),
        "discovery": discovery(document, api),
        "iteration": iteration,
        "modification": modification,
        "modifies": any(modification(group, document) for _, group in calls.by_tag()),
        "validators": validators,
    }


def errors() -> list[str]:
    """The names of the SDK's errors. Each is exported by name, so that a schema may have it too."""
    source = (TEMPLATES / TypeScriptTarget.folder / "runtime" / "errors.ts").read_text()
    return re.findall(r"^export class (\w+)", source, re.MULTILINE)


def tools(given: dict[str, Any]) -> dict[str, Any]:
    """What the tools make of `given`. Raises ToolError; without Node.js it says how to do without
    this target too."""
    try:
        made: dict[str, Any] = node.run(TOOLS, given, "TARGETS=typescript")
    except node.NoNode as error:
        raise node.NoNode(f"{error}; or leave it out: {WITHOUT}") from None
    return made
