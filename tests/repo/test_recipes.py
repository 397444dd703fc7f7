"""CONTRIBUTING's recipes, followed to the letter in a copy of the repository: `recipes/` has them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from specpipe.workspace import ROOT

RECIPES = Path(__file__).with_name("recipes")
PACKAGES = (".", "scripts", "generated/python-client", "generated/server")
"""Where Python finds the copy's packages before all others."""
WITHOUT_NODE = "--targets=python,server,docs"


@pytest.fixture
def copy(tmp_path):
    """The repository as it would be committed, without what is generated."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        wanted = not name.startswith(("generated/", "docs/", "tests/golden/"))
        if wanted and (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tmp_path / name)
    (tmp_path / "docs").mkdir()
    return tmp_path


@pytest.fixture
def python(copy):
    """Runs Python with the copy's packages; gives what was printed, and wants that status."""

    def python(*arguments, status=0):
        done = subprocess.run(
            [sys.executable, *arguments],
            check=False,
            cwd=copy,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(str(copy / it) for it in PACKAGES)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    return python


def follow(copy, name):
    """Make the edits of a recipe. Each place has to be there exactly once."""
    for edit in yaml.safe_load((RECIPES / f"{name}.yaml").read_text()):
        file = copy / edit["file"]
        if "create" in edit:
            assert not file.exists()
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(edit["create"])
            continue
        text, place = file.read_text(), edit.get("before") or edit["after"]
        assert text.count(place) == 1, f"{name}: {edit['file']}: {place!r} is not there once"
        start = text.index(place) + (len(place) if "after" in edit else 0)
        rest = text[start:]
        assert rest.startswith(edit.get("replace", ""))
        rest = rest.removeprefix(edit.get("replace", ""))
        file.write_text(text[:start] + edit["insert"] + rest)


def specpipe(*arguments):
    return ("-m", "specpipe", *arguments)


def test_an_endpoint_takes_an_edit_of_the_spec_and_nothing_else(copy, python):
    follow(copy, "endpoint")
    python(*specpipe("lint"))
    python(*specpipe("generate", WITHOUT_NODE))
    for operation in ("workstream_events_read", "workstream_events_about"):
        arguments = ("--profile=smoke", f"--operation={operation}")
        assert "CONFORMS" in python(*specpipe("conformance", *arguments)).splitlines()[-1]


def test_a_verb_takes_the_places_that_the_recipe_names(copy, python):
    follow(copy, "verb")
    python(*specpipe("lint"))
    python(*specpipe("generate", WITHOUT_NODE))
    law = "law/workstream-event/exists-until-deleted"
    again = python(*specpipe("conformance", f"--replay={law}@smoke.1"))
    assert "CONFORMS" in again.splitlines()[-1]
    python("-m", "tests.conformance.power", "--only=everything_exists")
    assert f"| Whatever is asked for exists. | {law}," in (copy / "docs" / "power.md").read_text()
    plugin = ("-p", "pieces_workstream_client.pytest_plugin", "-p", "no:cacheprovider")
    tests = ("-q", "-n0", "-k", "exists", "generated/python-client/tests")
    assert "[100%]" in python("-m", "pytest", *plugin, *tests)
    python("-m", "mypy", "scripts/specpipe")


def test_a_target_takes_a_class_a_line_and_a_template(copy, python):
    follow(copy, "target")
    python(*specpipe("generate", "--targets=operations"))
    python(*specpipe("check", "--targets=operations"))
    text = (copy / "generated" / "operations" / "operations.txt").read_text()
    assert "\nGET /workstream_events workstream_events_snapshot\n" in text


def test_an_overridden_template_is_held_against_its_original(copy, python):
    follow(copy, "template")
    python(*specpipe("generate", "--targets=python"))
    made = copy / "generated" / "python-client" / "pieces_workstream_client" / "types.py"
    assert "Json = dict[str, Any]" in made.read_text()
    python("-m", "pytest", "-q", "-n0", "tests/repo/test_upstream_templates.py")


def test_each_recipe_is_named_where_people_look_for_it():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    for recipe in RECIPES.iterdir():
        assert f"tests/repo/recipes/{recipe.name}" in text
