"""The public surface of a generated Python package, read off its source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from specpipe.diagnostics import Location, ToolError
from specpipe.diff.change import code
from specpipe.diff.surface import Argument, Entry, Kind, Passed, Surface
from specpipe.tree import Tree

_ENUMS = frozenset({"StrEnum", "IntEnum", "Enum"})
_MODELS = "models."
_RESOURCES = ("resources.", "raw.")
"""Packages whose classes go by their own names, which no two of them share."""
_TWIN = re.compile(r"\b(?:Async)?(?:Raw(?=\w*Resource))?")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class NoPython(ToolError):
    """A module of a package is no Python: a merge left marks in it, say."""


def python_surface(tree: Tree) -> Surface:
    """Everything public in the package whose modules are in `tree`, as folder/package/module.py:
    modules without an underscore in front, and what the package exports of the others.

    Raises NoPython.
    """
    modules = {
        PurePosixPath(path): _parsed(path, source)
        for path, source in tree.items()
        if _is_module(path)
    }
    homes = _exported(modules)
    names = _aliases(modules)
    found: dict[str, Entry] = {}
    for path, module in modules.items():
        dotted = ".".join(path.with_suffix("").parts[2:]).removesuffix(".__init__")
        public = not any(part.startswith("_") for part in dotted.split("."))
        for node in module.body:
            name = _name(node)
            exported = homes.get(name or "") == dotted
            if name and (exported or (public and _is_offered(node, name))):
                prefix = "" if exported or dotted.startswith(_RESOURCES) else f"{dotted}."
                reader = _Reader(path.as_posix(), names)
                found.update((entry.name, entry) for entry in reader.read(node, prefix + name))
    return {name: entry for name, entry in found.items() if not _is_twin(entry, found)}


def _parsed(path: str, source: bytes) -> ast.Module:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError) as error:
        raise NoPython(f"{code(path)} cannot be read: {code(error)}") from None


def _is_offered(node: ast.stmt, name: str) -> bool:
    """Whether a statement of a public module is for programs: constants are when they are
    exported."""
    return not name.startswith("_") and not isinstance(node, ast.Assign | ast.AnnAssign)


def _is_twin(entry: Entry, found: Surface) -> bool:
    """Whether another entry says the same: what is asynchronous or raw mirrors what is neither."""
    other = found.get(_TWIN.sub("", entry.name))
    if other is None or other is entry:
        return False
    alike = _plainly(entry.types) == _plainly(other.types) or "Raw" in entry.name
    mine, others = (
        [(a.name, a.passed, a.required, _plainly(a.types)) for a in it.arguments]
        for it in (entry, other)
    )
    return alike and mine == others


def _plainly(types: frozenset[str]) -> frozenset[str]:
    return frozenset(_TWIN.sub("", name) for name in types)


def _is_module(path: str) -> bool:
    """Whether it is a module of the package, not one of its tests."""
    parts = PurePosixPath(path).parts
    return path.endswith(".py") and len(parts) > 2 and parts[1] != "tests"


def _exported(modules: Mapping[PurePosixPath, ast.Module]) -> dict[str, str]:
    """The names that the package itself has, and the modules that they come from."""
    root = next((m for p, m in modules.items() if len(p.parts) == 3 and p.stem == "__init__"), None)
    return {
        alias.name: node.module
        for node in (ast.walk(root) if root else ())
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module
        for alias in node.names
    }


def _aliases(modules: Mapping[PurePosixPath, ast.Module]) -> dict[str, ast.expr]:
    """Names that stand for `Annotated` types, with the types: bounds are no part of a type."""
    found: dict[str, ast.expr] = {}
    for module in modules.values():
        for node in module.body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
                value, inner = node.value, node.value.slice
                if ast.unparse(value.value) == "Annotated" and isinstance(inner, ast.Tuple):
                    found[ast.unparse(node.targets[0])] = inner.elts[0]
    return found


def _name(node: ast.stmt) -> str | None:
    """What a statement of a module or a class gives a name to."""
    if isinstance(node, ast.ClassDef | _Function):
        return node.name
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    return None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns statements of one module into entries."""

    path: str
    names: Mapping[str, ast.expr]

    def read(self, node: ast.stmt, name: str) -> Iterator[Entry]:
        """What a statement of a module offers under `name`."""
        if isinstance(node, ast.ClassDef):
            yield from self.of_class(node, name)
        elif isinstance(node, _Function):
            yield self.function(node, name, "function")
        else:
            yield Entry(name, "constant", self.at(node))

    def at(self, node: ast.stmt) -> Location:
        return Location(self.path, node.lineno)

    def of_class(self, node: ast.ClassDef, name: str) -> Iterator[Entry]:
        """A class and what is in it."""
        bases = tuple(ast.unparse(base) for base in node.bases)
        yield Entry(name, "class", self.at(node), bases=bases)
        for member in node.body:
            own = _name(member)
            if own is None or (own.startswith("_") and own != "__init__"):
                continue
            where = f"{name}.{own}"
            if isinstance(member, _Function):
                yield self.method(member, where)
            elif isinstance(member, ast.Assign) and _ENUMS & set(bases):
                text = frozenset({ast.unparse(member.value)})
                yield Entry(where, "member", self.at(member), text)
            elif isinstance(member, ast.AnnAssign):
                yield self.attribute(member, where, "TypedDict" in bases)

    def attribute(self, node: ast.AnnAssign, name: str, is_option: bool) -> Entry:
        """An attribute of a class; in a TypedDict, an option that callers give."""
        return Entry(
            name,
            "attribute",
            self.at(node),
            self.types(node.annotation),
            required=node.value is None and not is_option,
            direction="request" if is_option else None,
        )

    def method(self, node: _Function, name: str) -> Entry:
        decorators = {ast.unparse(decorator) for decorator in node.decorator_list}
        if "property" in decorators:
            types = self.types(node.returns)
            return Entry(name, "attribute", self.at(node), types, direction="response")
        return self.function(node, name, "method", "staticmethod" not in decorators)

    def function(self, node: _Function, name: str, kind: Kind, bound: bool = False) -> Entry:
        waits = isinstance(node, ast.AsyncFunctionDef)
        arguments = tuple(self.arguments(node.args))[bound:]
        types = self.types(node.returns)
        return Entry(name, "async method" if waits else kind, self.at(node), types, arguments)

    def arguments(self, given: ast.arguments) -> Iterator[Argument]:
        """In the order of the signature."""
        placed = [*given.posonlyargs, *given.args]
        defaults = [None] * (len(placed) - len(given.defaults)) + list(given.defaults)
        for node, default in zip(placed, defaults, strict=True):
            yield self.argument(
                node, default, "position" if node in given.posonlyargs else "either"
            )
        if given.vararg:
            yield Argument("*", "rest", False, self.types(given.vararg.annotation))
        for node, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
            yield self.argument(node, default, "name")
        if given.kwarg:
            yield Argument("**", "rest", False, self.types(given.kwarg.annotation))

    def argument(self, node: ast.arg, default: ast.expr | None, passed: Passed) -> Argument:
        text = ast.unparse(default) if default else ""
        return Argument(node.arg, passed, default is None, self.types(node.annotation), text)

    def types(self, node: ast.expr | None) -> frozenset[str]:
        """The alternatives of an annotation, aliases written out."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self.types(node.left) | self.types(node.right)
        text = ast.unparse(node) if node else "None"
        alias = self.names.get(text.removeprefix(_MODELS))
        return self.types(alias) if alias else frozenset({self.plain(text)})

    def plain(self, text: str) -> str:
        """A type as text, names inside of it written out."""
        tree = ast.parse(text, mode="eval")
        return ast.unparse(_Expanding(self.names).visit(tree)).replace(_MODELS, "")


class _Expanding(ast.NodeTransformer):
    """Puts types in the place of the names that stand for them."""

    def __init__(self, names: Mapping[str, ast.expr]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.names.get(node.id, node)
