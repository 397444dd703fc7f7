"""The lock is what pyproject.toml asks for: `make setup` reads the lock alone."""

from __future__ import annotations

import json
import re
import tomllib

from specpipe.workspace import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK = (ROOT / "requirements.lock").read_text()
PINNED = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]


def test_every_dependency_is_pinned_and_locked_at_that_version():
    locked = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", LOCK, re.M))
    wanted = [re.fullmatch(r"([A-Za-z0-9-]+)(?:\[[\w,]+\])?==(\S+)", pin) for pin in PINNED]

    assert all(wanted), PINNED
    assert len(wanted) > 15
    for match in wanted:
        assert locked[match[1].lower()] == match[2]


def test_everything_in_the_lock_has_a_hash():
    packages = re.split(r"^(?=[a-z0-9-]+==)", LOCK, flags=re.M)[1:]

    assert len(packages) > 60
    assert [p.split("==")[0] for p in packages if "--hash=sha256:" not in p] == []


def test_every_dependency_says_why_it_is_there():
    text = (ROOT / "pyproject.toml").read_text()
    lines = [line for line in text.splitlines() if re.match(r'  "[\w\[\],-]+==', line)]

    assert len(lines) == len(PINNED)
    assert [line for line in lines if "  # " not in line] == []


def test_node_tools_are_pinned_and_locked_with_a_hash():
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]

    assert wanted
    for name, version in wanted.items():
        assert locked[f"node_modules/{name}"]["version"] == version
    assert [name for name, it in locked.items() if name and "sha512-" not in it["integrity"]] == []
