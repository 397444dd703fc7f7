"""The check that nothing of a spec got lost on the way into the Python SDK.

It reads the generated code itself, not the data it was generated from.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from specpipe.diagnostics import ToolError
from specpipe.render import python_argument, python_method
from specpipe.spec.model import Api, Document
from specpipe.tree import Tree

Lost = tuple[str, str]
"""What is missing, and the JSON pointer to it in the spec."""


def check_arrival(tree: Tree, package: str, document: Document, api: Api) -> None:
    """Raise ToolError, naming every operation, parameter and schema property that is missing, and
    where the spec has it."""
    lost = [
        *lost_calls(classes(tree, f"{package}/resources/"), api, ""),
        *lost_calls(classes(tree, f"{package}/raw/"), api, "Raw"),
        *lost_members(classes(tree, f"{package}/models.py"), document),
    ]
    if lost:
        lines = (f"{document.at(pointer)}: the Python SDK lacks {what}" for what, pointer in lost)
        raise ToolError("\n".join(lines))


def classes(tree: Tree, prefix: str) -> dict[str, ast.ClassDef]:
    """The classes in the modules below `prefix`."""
    return {
        node.name: node
        for path, content in tree.items()
        if path.startswith(prefix)
        for node in ast.parse(content).body
        if isinstance(node, ast.ClassDef)
    }


def lost_calls(resources: Mapping[str, ast.ClassDef], api: Api, kind: str) -> Iterator[Lost]:
    """Operations without a method, sync or async, and parameters without an argument, in the
    resources of a `kind`: those whose class has it in front of the tag."""
    for operation in api.operations:
        for prefix in (kind, f"Async{kind}"):
            resource = resources.get(f"{prefix}{operation.tag.pascal}Resource")
            methods = {m.name: m for m in functions(resource)} if resource else {}
            method = methods.get(python_method(operation.method_name.snake))
            if method is None:
                yield f"operation {operation.id} ({prefix or 'Sync'})", operation.pointer
                continue
            arguments = {a.arg for a in (*method.args.args, *method.args.kwonlyargs)}
            for parameter in operation.parameters:
                if python_argument(parameter.name.snake) not in arguments:
                    yield f"parameter {parameter.wire} of {operation.id}", parameter.pointer
            if operation.body and "body" not in arguments:
                yield f"the body of {operation.id}", operation.body.pointer


def functions(node: ast.ClassDef) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The methods of a class."""
    return (n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def lost_members(models: Mapping[str, ast.ClassDef], document: Document) -> Iterator[Lost]:
    """Object schemas without a class, and properties without a field."""
    for name, schema in document.data.get("components", {}).get("schemas", {}).items():
        properties = schema.get("properties") if isinstance(schema, Mapping) else None
        if not properties:
            continue
        pointer = f"/components/schemas/{name}"
        if name not in models:
            yield f"schema {name}", pointer
            continue
        present = {wire(n) for n in models[name].body if isinstance(n, ast.AnnAssign)}
        for wanted in properties:
            if wanted not in present:
                yield f"property {wanted} of {name}", f"{pointer}/properties/{wanted}"


def wire(node: ast.AnnAssign) -> Any:
    """The name of a field on the wire."""
    if isinstance(node.value, ast.Call):
        for given in node.value.keywords:
            if given.arg == "name" and isinstance(given.value, ast.Constant):
                return given.value.value
    return node.target.id if isinstance(node.target, ast.Name) else None
