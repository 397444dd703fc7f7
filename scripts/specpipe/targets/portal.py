"""The portal: a folder of static pages about an API, for people. It loads nothing from elsewhere,
and works from files as from a server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from specpipe.page import environment, script_literal
from specpipe.render import MARK
from specpipe.spec.model import Api, Document
from specpipe.targets.portal_examples import Examples
from specpipe.targets.portal_models import PAGE, Model, models
from specpipe.targets.portal_operations import Group, groups, page_of
from specpipe.targets.portal_record import NAME, record
from specpipe.tree import Tree
from specpipe.workspace import TEMPLATES

SOURCE = TEMPLATES / "docs" / "portal"
FOLDER = "portal"
COPIED = ("portal.css", "more.css", "portal.js", "find.js", "request.js", "try.js")
"""Files that know no API. They get the mark in front."""
CHANGELOG = "CHANGELOG.md"
FEW = 40
"""Operations that are all listed on each page; of more only those of the page's own tag are, so
that pages do not grow with their number."""


def portal(document: Document, api: Api) -> Tree:
    """All its files, below `portal/`. Raises ToolError for a record of a judgement that is none."""
    examples = Examples(document, api)
    grouped = groups(document, api, examples)
    places = {view.operation.id: view.link for group in grouped for view in group.views}
    described = models(document, api, places, examples.constants)
    log, judged = document.beside.get(CHANGELOG), document.beside.get(NAME)
    context: dict[str, Any] = {
        "api": api,
        "document": document,
        "groups": grouped,
        "models": described,
        "places": places,
        "examples": examples,
        "changelog": log,
        "record": None if judged is None else record(judged),
        "few": len(api.operations) <= FEW,
    }
    env = environment(SOURCE)
    wanted: dict[str, tuple[str, dict[str, Any]]] = {
        "index.html": ("index.html.j2", {}),
        PAGE: ("models.html.j2", {}),
        **{group.page: ("api.html.j2", {"group": group}) for group in grouped},
    }
    if log is not None:
        wanted["changelog.html"] = ("changelog.html.j2", {})
    if judged is not None:
        wanted["conformance.html"] = ("conformance.html.j2", {})
    pages = {
        f"{FOLDER}/{name}": env.get_template(template).render(context, page=name, **more).encode()
        for name, (template, more) in wanted.items()
    }
    return {**pages, **scripts(grouped, described)}


def scripts(grouped: tuple[Group, ...], described: tuple[Model, ...]) -> Tree:
    """What the pages load: of these files, what is found_by comes from the spec."""
    rows = script_literal([*found_by(grouped, described)])
    index = f"// {MARK}\nself.portalIndex = {rows};\n"
    copied = {f"{FOLDER}/{name}": copy(name) for name in COPIED}
    return {**copied, f"{FOLDER}/search.js": index.encode()}


def copy(name: str) -> bytes:
    """A file that knows no API."""
    return f"/* {MARK} */\n".encode() + (SOURCE / name).read_bytes()


def found_by(grouped: tuple[Group, ...], described: tuple[Model, ...]) -> Iterator[list[str]]:
    """A row for each operation and model: what it is, its name, a line about it, where it is, and
    what else it is found by."""
    for group in grouped:
        for view in group.views:
            it = view.operation
            also = [it.id, it.path, view.called.python, view.called.typescript]
            also += [row.wire for row in view.parameters]
            yield [it.method, view.title, it.path, view.link, " ".join(also)]
    for model in described:
        also = [row.wire for row in model.rows] + [value for value, _ in model.values]
        yield ["model", model.name, first_sentence(model.text), model.link, " ".join(also)]


def first_sentence(text: str) -> str:
    """What a description begins with, on one line."""
    return re.split(r"(?<=[.:;])\s", " ".join(text.split()), maxsplit=1)[0]


def paths(document: Document, api: Api) -> tuple[str, ...]:
    """The names of the portal's files, without making them."""
    pages = ["index.html", PAGE, *COPIED, "search.js", *map(page_of, api.tags)]
    pages += ["changelog.html"] * (CHANGELOG in document.beside)
    return (*pages, *["conformance.html"] * (NAME in document.beside))
