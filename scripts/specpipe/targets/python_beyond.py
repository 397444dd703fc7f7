"""The files of the Python SDK that openapi-python-client knows nothing of."""

from __future__ import annotations

import jinja2

from specpipe.targets.python_calls import Calls, attribute
from specpipe.targets.python_reference import Reference
from specpipe.tree import Tree

PAGES = ("README.md", "REFERENCE.md")


def beyond(env: jinja2.Environment, calls: Calls, package: str) -> Tree:
    """Those files, by path relative to the SDK's folder. `env` renders our templates."""
    files = {f"{package}/raw/__init__.py": env.get_template("raw_init.py.j2").render()}
    raw = env.get_template("raw.py.j2")
    for tag, group in calls.by_tag():
        files[f"{package}/raw/{attribute(tag)}.py"] = raw.render(tag=tag, group=group)
    return {path: text.encode() for path, text in files.items()}


def pages(env: jinja2.Environment, reference: Reference) -> Tree:
    """What people read, by path relative to the SDK's folder."""
    return {
        name: env.get_template(f"{name}.j2").render(reference=reference).encode() for name in PAGES
    }
