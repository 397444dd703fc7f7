"""The facts in example programs: hosts, models, and what comments say of each argument.

Programs repeat what tables say, and at times contradict them, so they count as much. Whatever is
the same on every page (imports of the client, the printing of answers) states no fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from specpipe.audit.facts import Fact, Value, digest_of
from specpipe.audit.markdown import Block
from specpipe.audit.notes import default_of

_HOST = re.compile(r"""host = "(https?://[^"]+)"|defaults to (https?://\S+)""")
_MODEL = re.compile(r"from \S+\.models\.\S+ import (\w+)")
_PYTHON_ARGUMENT = re.compile(r"(?P<name>\w+) = (?P<value>.*?) # (?P<type>[^|]+?) \| (?P<rest>.*)")
_CALL = re.compile(r"(?P<reply>api_response = )?api_instance\.(?P<name>\w+)\((?P<args>.*)\)")
_TYPED_COMMENT = re.compile(r"// (?P<type>.+?)(?: \| (?P<rest>.*?))?(?P<flag> \(optional\))?")
_BARE_COMMENT = re.compile(r"// (?P<rest>.*?)")
_MEMBER = re.compile(r"(?P<name>\w+):.*,")
_OBJECT = re.compile(r"const (body|request)\b.*= \{")
_LET = re.compile(r"let (?P<name>\w+): (?P<type>.*?); //(?P<rest>.*)")
_TYPESCRIPT_CALL = re.compile(r".*\bapi(?:Instance)?\.(?P<name>\w+)\(.*")
_RETURNED = re.compile(r".*\.then\(\(data: (?P<type>.*)\) => \{")
_ADDRESS = re.compile(r"'?(?P<path>/\S*?)'?\s+\[(?P<method>[A-Z]+)\]")
_OPTIONAL = re.compile(r"\s*\(optional\)\s*")
_DEFAULT = re.compile(r"\s*\(default to (?P<value>.*)\)\s*$")
_ARGUMENT = re.compile(r"(?P<name>\w+)(?P<given>=\w+)?")


def address(text: str) -> str:
    """`POST /a/{b}` of text that is nothing but an address, `/a/{b} [POST]`; else nothing."""
    found = _ADDRESS.fullmatch(text.replace("\\", ""))
    return f"{found['method']} {found['path']}" if found else ""


def arguments(line: int, operation: str, text: str, python: bool) -> Iterator[Fact]:
    """The facts of an argument list. Python's says which arguments may be left out."""
    for found in _ARGUMENT.finditer(text):
        if python:
            required = found["given"] is None
            yield Fact(line, operation, f"parameter {found['name']} required", required)
        else:
            yield Fact(line, operation, f"parameter {found['name']} named")


def facts_of(example: Block, operation: str) -> Iterator[Fact]:
    """The facts of one program."""
    if example.info == "python":
        for line, text in example.lines:
            yield from _of_python(line, operation, text.strip())
    else:
        yield from _of_typescript(example, operation)


def _of_python(line: int, operation: str, text: str) -> Iterator[Fact]:
    if found := _HOST.search(text):
        yield Fact(line, operation, "base-url", found[1] or found[2])
    elif found := _MODEL.fullmatch(text):
        yield Fact(line, operation, f"model {found[1]}")
    elif found := _PYTHON_ARGUMENT.fullmatch(text):
        yield from _argument(line, operation, found["name"], found["type"], found["rest"])
    elif found := _CALL.fullmatch(text):
        yield Fact(line, operation, "name", found["name"])
        yield Fact(line, operation, "answers", bool(found["reply"]))
        yield from arguments(line, operation, found["args"], python=True)
    elif text.startswith("# ") and (found_address := address(text[2:])):
        yield Fact(line, operation, "address", found_address)


def _of_typescript(example: Block, operation: str) -> Iterator[Fact]:
    """Comments stand above the member that they are about. Only where the object is typed by
    hand (`body`) do they begin with a type."""
    comment: tuple[int, str] | None = None
    typed: bool | None = None
    for line, raw in example.lines:
        text = raw.strip()
        if found := _OBJECT.match(text):
            typed = found[1] == "body"
        elif found := _LET.fullmatch(text):
            yield from _argument(line, operation, found["name"], found["type"], found["rest"])
        elif found := _RETURNED.fullmatch(text):
            yield Fact(line, operation, "returns", _returned(found["type"]))
        elif found := _TYPESCRIPT_CALL.fullmatch(text):
            yield Fact(line, operation, "name", found["name"])
        elif comment and typed is not None and (found := _MEMBER.fullmatch(text)):
            yield from _commented(*comment, operation, found["name"], typed)
        comment = (line, text) if text.startswith("// ") else None


def _commented(line: int, text: str, operation: str, name: str, typed: bool) -> Iterator[Fact]:
    if typed and (found := _TYPED_COMMENT.fullmatch(text)):
        flag = found["flag"] or ""
        kind, rest = found["type"], found["rest"] or ""
        while " | " in rest and kind.startswith("'"):  # a union of literals
            more, _, rest = rest.partition(" | ")
            kind = f"{kind} | {more}"
        if rest.startswith("'"):
            kind, rest = f"{kind} | {rest}", ""
        yield from _argument(line, operation, name, kind, rest + flag)
    elif found := _BARE_COMMENT.fullmatch(text):
        yield from _argument(line, operation, name, "", found["rest"])


def _returned(text: str) -> Value:
    return "void" if text.startswith("void") else text


def _argument(line: int, operation: str, name: str, kind: str, rest: str) -> Iterator[Fact]:
    about = f"parameter {name}"
    if kind:
        yield Fact(line, operation, f"{about} type", kind.strip())
    default = _DEFAULT.search(rest)
    if default:
        yield Fact(line, operation, f"{about} default", default_of(default["value"]))
        rest = rest[: default.start()]
    optional = _OPTIONAL.search(rest)
    yield Fact(line, operation, f"{about} required", not optional)
    description = _OPTIONAL.sub("", rest).strip() if optional else rest.strip()
    if description:
        yield Fact(line, operation, f"{about} description", digest_of(description))
