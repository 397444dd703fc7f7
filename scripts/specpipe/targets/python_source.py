"""What Python modules say about themselves: read off their source, so that a reference to them
cannot say anything else."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

WORD = re.compile(r"\b(?:models\.)?([A-Za-z_]\w*)")


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of a class that has a docstring. `default` is source, None for none."""

    name: str
    annotation: str
    default: str | None
    doc: str


@dataclass(frozen=True, slots=True)
class Function:
    """A public method, property or function. `signature` begins with `def` or `async def`; it has
    neither `self` nor a body."""

    name: str
    signature: str
    doc: str
    is_property: bool


@dataclass(frozen=True, slots=True)
class Class:
    """A public class. `bases` are as they stand in the source."""

    name: str
    bases: tuple[str, ...]
    doc: str
    attributes: tuple[Attribute, ...]
    functions: tuple[Function, ...]

    def function(self, name: str) -> Function:
        """The method of that name. Raises KeyError."""
        return {function.name: function for function in self.functions}[name]


def classes(source: str | bytes) -> Mapping[str, Class]:
    """The public classes of a module, by name, in the order of the source."""
    return {
        node.name: Class(
            node.name,
            tuple(ast.unparse(base) for base in node.bases),
            docstring(node),
            tuple(attributes(node)),
            tuple(functions(node.body)),
        )
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    }


def constants(source: str | bytes, name: str) -> Mapping[int, str]:
    """The module's mapping `name` of integers to names."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == name:
            assert isinstance(node.value, ast.Dict)
            keys = (ast.literal_eval(key) for key in node.value.keys if key is not None)
            return dict(zip(keys, map(ast.unparse, node.value.values), strict=True))
    raise KeyError(name)


def aliases(source: str | bytes) -> Mapping[str, str]:
    """The types that a module gives a name to, by name: `Annotated` ones without what is asked of
    their values."""
    found: dict[str, str] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
            value: ast.expr = node.value
            if ast.unparse(node.value.value) == "Annotated":
                assert isinstance(node.value.slice, ast.Tuple)
                value = node.value.slice.elts[0]
            found[ast.unparse(node.targets[0])] = ast.unparse(value)
    return found


def expanded(annotation: str, names: Mapping[str, str]) -> str:
    """`annotation` with the types that `names` stand for, whether it has their module or not."""
    return WORD.sub(
        lambda word: expanded(names[word[1]], names) if word[1] in names else word[0], annotation
    )


def attributes(node: ast.ClassDef) -> Iterator[Attribute]:
    """The attributes with a docstring behind them."""
    for member, following in zip(node.body, node.body[1:], strict=False):
        if not isinstance(member, ast.AnnAssign | ast.Assign):
            continue
        if not isinstance(following, ast.Expr) or not isinstance(following.value, ast.Constant):
            continue
        target = member.target if isinstance(member, ast.AnnAssign) else member.targets[0]
        annotation = ast.unparse(member.annotation) if isinstance(member, ast.AnnAssign) else ""
        default = ast.unparse(member.value) if member.value else None
        doc = inspect.cleandoc(str(following.value.value))
        yield Attribute(ast.unparse(target), annotation, default, doc)


def module_functions(source: str | bytes) -> tuple[Function, ...]:
    """The public functions of a module."""
    return tuple(functions(ast.parse(source).body))


def functions(body: list[ast.stmt]) -> Iterator[Function]:
    """The public functions of a module, or methods and properties of a class, and its
    constructor."""
    for member in body:
        if not isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if member.name.startswith("_") and member.name != "__init__":
            continue
        decorators = {ast.unparse(decorator) for decorator in member.decorator_list}
        if "overload" in decorators:
            continue
        yield Function(member.name, signature(member), docstring(member), "property" in decorators)


def signature(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """`def name(arguments) -> result`, without the argument that the object itself is."""
    arguments = node.args
    if arguments.args and arguments.args[0].arg in ("self", "cls"):
        arguments = ast.arguments(
            arguments.posonlyargs,
            arguments.args[1:],
            arguments.vararg,
            arguments.kwonlyargs,
            arguments.kw_defaults,
            arguments.kwarg,
            arguments.defaults,
        )
    keyword = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    result = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{keyword} {node.name}({ast.unparse(arguments)}){result}"


def docstring(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """Its docstring, without indentation; empty when there is none."""
    return ast.get_docstring(node) or ""
