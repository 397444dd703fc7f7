"""What remains of generated files once their texts are left out: two specs that differ in nothing
but text have to give the same."""

from __future__ import annotations

import ast
import io
import json
import re
import subprocess
import tokenize
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from specpipe.node import executable
from specpipe.workspace import ROOT

Shape = Any
Tree = Mapping[str, bytes]
_MARKDOWN = MarkdownIt("commonmark").enable("table")
_SCRIPT = Path(__file__).with_name("shapes.mjs")


class Unfit(Exception):
    """A generated file cannot be read as what its name says."""


@contextmanager
def typescript() -> Iterator[Callable[[Mapping[str, str]], dict[str, Shape]]]:
    """A process of Node.js that gives the shapes of TypeScript for as long as it is wanted."""
    command = [executable("shapes of TypeScript"), str(_SCRIPT)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def shapes(sources: Mapping[str, str]) -> dict[str, Shape]:
            print(json.dumps(sources), file=process.stdin, flush=True)
            answer: dict[str, Shape] = json.loads(process.stdout.readline())
            return answer

        yield shapes
        process.stdin.close()


def shapes(tree: Tree) -> dict[str, Shape]:
    """The shapes of all files but TypeScript, and the portal, whose pages show descriptions as the
    Markdown that they are. Raises Unfit."""
    judged = (path for path in tree if _reader(path) and "/portal/" not in path)
    return {path: shape(path, tree[path].decode()) for path in judged}


def sources(tree: Tree) -> dict[str, str]:
    """TypeScript, in files of its own and in Markdown."""
    found = {path: it.decode() for path, it in tree.items() if path.endswith(".ts")}
    for path in tree:
        if path.endswith(".md"):
            for number, token in enumerate(_MARKDOWN.parse(tree[path].decode())):
                if token.type == "fence" and token.info == "typescript":
                    found[f"{path}.{number}.ts"] = token.content
    return found


def shape(path: str, text: str) -> Shape:
    """What remains of `text` without its texts. Raises Unfit."""
    reader = _reader(path)
    assert reader is not None
    try:
        return reader(text)
    except (ValueError, SyntaxError, tokenize.TokenError, yaml.YAMLError) as error:
        raise Unfit(f"{path}: {error}") from error


def _reader(path: str) -> Callable[[str], Shape] | None:
    """What reads a file; None for TypeScript. Files of other kinds have no text of a spec in them,
    so they remain whole."""
    suffix = Path(path).suffix
    if path.endswith("/openapi.json"):
        return lambda text: _kinds(json.loads(text), named=False)
    return {
        ".py": python,
        ".ts": None,
        ".json": lambda text: _kinds(json.loads(text)),
        ".toml": lambda text: _kinds(tomllib.loads(text)),
        ".yaml": lambda text: _kinds(yaml.safe_load(text)),
        ".md": markdown,
        ".html": html,
    }.get(suffix, str)


def python(text: str) -> Shape:
    """The tree of Python with constants reduced to their types, and what comments tell tools."""
    module = ast.parse(text)
    for node in ast.walk(module):
        if isinstance(node, ast.Constant):
            node.value = type(node.value).__name__
    return ast.dump(module), [it for it in _comments(text) if _is_told(it)]


def _comments(text: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def _is_told(comment: str) -> bool:
    """Whether tools act on a comment."""
    words = ("type:", "noqa", "fmt:", "isort:", "pyright:", "mypy:", "ruff:", "pragma", "coding")
    return any(comment.lstrip("# ").startswith(word) for word in words)


def markdown(text: str) -> Shape:
    """The blocks and the inline marks of Markdown, and where its links lead; the programs in it
    likewise. Paragraphs of nothing but text are left out: there are as many as the text has."""
    found: list[Shape] = []
    for token in map(_token, _MARKDOWN.parse(text)):
        found.append(token)
        if token[0] == "paragraph_close" and found[-2][3:] == (["text"],):
            del found[-3:]
    return found


def html(text: str) -> Shape:
    """The elements of a page with the names of their attributes, and where they lead."""
    elements: list[Shape] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            kept = ("href", "src", "action", "style", "rel", "http-equiv")
            elements.append((tag, [(name, it if name in kept else "") for name, it in attrs]))

        def handle_endtag(self, tag: str) -> None:
            elements.append(tag)

        def handle_comment(self, data: str) -> None:
            elements.append(("comment", data))

    Reader().feed(text)
    return elements


def _token(token: Token) -> Shape:
    if token.type == "fence":
        return token.type, token.info, _program(token)
    if token.type.startswith("html"):
        return token.type, token.content
    inline = [_inline(child) for child in token.children or ()]
    inline = [it for n, it in enumerate(inline) if it != "text" or inline[n - 1 : n] != ["text"]]
    return token.type, token.tag, token.level, inline


def _inline(token: Token) -> Shape:
    if token.type.startswith("html"):
        return token.type, token.content
    # A decision is linked to by its name, which is text of the spec, percent-encoded.
    file, _, place = str(token.attrs.get("href", "")).partition("DECISIONS.md#")
    plain = re.fullmatch(r"[A-Za-z0-9_.!~*'()%-]*", place)
    return (token.type, file, bool(plain)) if "href" in token.attrs else token.type


def _program(token: Token) -> Shape:
    if token.info in ("python", "py"):
        return shape("fence.py", token.content)
    if token.info == "json":
        return _kinds(json.loads(token.content), named=False)
    return None if token.info == "typescript" else token.content


def _kinds(value: Any, named: bool = True) -> Shape:
    """Data with nothing but the types of what it is made of; `named` keeps keys."""
    if isinstance(value, dict):
        return [(key if named else "", _kinds(it, named)) for key, it in value.items()]
    if isinstance(value, list):
        return [_kinds(it, named) for it in value]
    return type(value).__name__
