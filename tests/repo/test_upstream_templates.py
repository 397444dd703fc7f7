"""Our templates replace ones of openapi-python-client, which promises nothing about them.

When a test here fails, openapi-python-client has changed: compare its old and new template, bring
ours in line, and put the new digest into templates/python-client/upstream.json.
"""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files
from pathlib import Path

import openapi_python_client
import pytest

from specpipe.targets.python import SOURCE, upstream

ORIGINALS = Path(str(files(openapi_python_client) / "templates"))
CODE = Path(str(files(openapi_python_client))) / "__init__.py"


@pytest.mark.parametrize("name", sorted(upstream()))
def test_original_is_the_one_we_know(name: str) -> None:
    original = ORIGINALS / name
    assert original.exists(), f"{name}: openapi-python-client has no such template any more"
    found = hashlib.sha256(original.read_bytes()).hexdigest()
    assert found == upstream()[name]["sha256"], f"{name}: changed in openapi-python-client"


def test_every_template_of_ours_replaces_one() -> None:
    ours = {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.jinja")}
    overrides = {name for name, entry in upstream().items() if entry["use"] == "override"}
    assert ours == overrides, "a template that openapi-python-client would silently ignore"


def test_every_template_it_renders_is_listed() -> None:
    rendered = set(re.findall(r'"([\w.]+\.jinja)"', CODE.read_text()))
    assert rendered == set(upstream()), "upstream.json says what we do with each"
