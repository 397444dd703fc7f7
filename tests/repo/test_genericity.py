"""Nothing in scripts/ or templates/ knows this API: its names come from the spec alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from specpipe import pipeline
from specpipe.spec.resources import COLLECTION, COMMON, RESOURCE, VERBS
from specpipe.workspace import ROOT, SPEC

FOLDERS = ("scripts", "templates")
VOCABULARY = {
    *COMMON,
    *VERBS,
    *(key for keys in (*VERBS.values(), RESOURCE, COLLECTION) for key in keys.required),
    *(key for keys in (*VERBS.values(), RESOURCE, COLLECTION) for key in keys.optional),
    "batch",
    "fetch",
    "range",
}
"""Words of `x-resource`, which is the pipeline's own language: a spec may use them as names too."""
STANDARDS = {"schema", "tag", "tags", "summary", "reference", "content", "text", "html", "version"}
"""Words of OpenAPI, JSON Schema and HTTP."""
TRADE = {
    "anchor",  # of YAML
    "anchors",
    "annotation",  # of Python
    "annotations",
    "application",  # application/json; an ASGI application
    "Application",
    "browser",
    "context",
    "copy",
    "manual",  # of fetch
    "message",
    "messages",
    "model",
    "models",
    "modules",
    "name",
    "ranges",
    "share",
    "source",
    "sources",
    "user",
    "value",
    "window",
}
"""Words that any program about HTTP, Python and YAML needs, none of which tells one API from
another."""
ENGLISH = {
    "annotated",
    "full",
    "note",
    "open",
    "person",
    "persons",
    "readable",
    "update",
    "updates",
}
"""Words of comments."""
ORDINARY = VOCABULARY | STANDARDS | TRADE | ENGLISH
"""Only single words stand here: a name of two words is always told."""


def names_of(schema: object) -> Iterator[str]:
    """Names of properties and members of enums, at any depth."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        yield from (str(member) for member in schema.get("enum", ()))
        for inner in schema.values():
            yield from names_of(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from names_of(inner)


@pytest.fixture(scope="module")
def names() -> set[str]:
    """Whatever the spec names, ordinary words left out."""
    document, api = pipeline.read_spec(SPEC)
    found = set(names_of(document.data["components"]["schemas"]))
    found.update(*(document.data["components"][part] for part in document.data["components"]))
    for operation in api.operations:
        found.add(operation.id)
        found.add(operation.tag.wire)
        found.update(re.findall(r"[^/{}]+", operation.path))
        found.update(parameter.wire for parameter in operation.parameters)
    found.update(resource.name.wire for resource in api.resources)
    found.update(api.package.words)
    found -= ORDINARY
    assert len(found) > 200
    return found


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    """The text of every file that has to be generic."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_text()
        for folder in FOLDERS
        for path in sorted(Path(ROOT, folder).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
        # A lock names packages, which are called what they are called.
        if path.name != "package-lock.json"
    }


def test_no_name_of_the_api_stands_in_scripts_or_templates(names, sources):
    any_name = re.compile(
        rf"(?<![A-Za-z0-9_])(?:{'|'.join(sorted(map(re.escape, names)))})(?![A-Za-z0-9_])"
    )
    told = [
        f"{path}:{number}: {match[0]}"
        for path, text in sources.items()
        for number, line in enumerate(text.splitlines(), 1)
        for match in any_name.finditer(line)
    ]
    assert not told, "\n".join(told)


def test_the_words_that_make_this_api_stand_nowhere_even_inside_others(sources):
    """Those of the package's name, and of every path: whatever their case, and inside longer
    words as well."""
    _, api = pipeline.read_spec(SPEC)
    segments = [
        segment
        for operation in api.operations
        for segment in re.findall(r"/([a-z_]+)", operation.path)
    ]
    wanted = {word for word in api.package.words if word != "pieces"}  # piece by piece is English
    wanted |= {segment for segment in segments if "_" in segment}
    assert wanted
    told = [
        f"{path}: {word}"
        for path, text in sources.items()
        for word in sorted(wanted)
        if word in text.lower()
    ]
    assert not told, "\n".join(told)


def test_the_list_of_ordinary_words_has_single_words_that_are_in_use():
    assert [
        word for word in ORDINARY - VOCABULARY if not re.fullmatch(r"[A-Za-z]?[a-z]+", word)
    ] == []
