"""The distributions of the Python SDK: what is in them, and that they install and run alone."""

from __future__ import annotations

import email.message
import email.parser
import re
import sys
import tarfile
import zipfile
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest
import trove_classifiers
from packaging.licenses import canonicalize_license_expression
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from specpipe.spec.model import Api
from specpipe.workspace import ROOT

from .conftest import Distributions, Stub
from .environments import build, empty, install, run, with_dependencies


@pytest.fixture(scope="module")
def package(api: Api) -> str:
    return f"{api.package.snake}_client"


@pytest.fixture(scope="module")
def metadata(distributions: Distributions) -> email.message.Message:
    with zipfile.ZipFile(distributions[0]) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        return email.parser.BytesParser().parsebytes(wheel.read(name))


def sources(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_has_the_package_and_nothing_else(
    distributions: Distributions, python_folder: Path, package: str, api: Api
) -> None:
    with zipfile.ZipFile(distributions[0]) as wheel:
        packed = {name: wheel.read(name) for name in wheel.namelist()}
    ours = {name: text for name, text in packed.items() if ".dist-info/" not in name}
    wanted = sources(python_folder)
    assert ours == {n: text for n, text in wanted.items() if n.startswith(f"{package}/")}
    assert f"{package}/py.typed" in ours
    info = f"{package}-{api.version}.dist-info"
    beside = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}
    assert packed.keys() - ours.keys() == {f"{info}/{name}" for name in beside}


def test_the_source_distribution_has_the_tests_and_the_documents_as_well(
    distributions: Distributions, python_folder: Path
) -> None:
    with tarfile.open(distributions[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert names == {*sources(python_folder), "PKG-INFO"}
    assert {"README.md", "LICENSE", "tests/conftest.py"} <= names


def test_what_lies_around_is_not_packed(
    python_folder: Path, distributions: Distributions, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    for name, content in sources(python_folder).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    for name in (".env", ".venv/x.py", "events.db", "notes.txt", "dist/old.whl"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("mine")
    wheel, source = build(folder, tmp_path / "out")
    assert [wheel.read_bytes(), source.read_bytes()] == [
        path.read_bytes() for path in distributions
    ]


def test_two_builds_give_the_same_bytes(
    python_folder: Path, distributions: Distributions, tmp_path: Path
) -> None:
    at = {"SOURCE_DATE_EPOCH": "1700000000"}
    builds = [build(python_folder, tmp_path / name, **at) for name in ("one", "two")]
    for one, two in zip(*builds, strict=True):
        assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(builds[0][0]) as wheel:
        assert {info.date_time for info in wheel.infolist()} == {(2023, 11, 14, 22, 13, 20)}


def test_an_index_would_take_the_metadata(metadata: email.message.Message) -> None:
    classifiers = metadata.get_all("Classifier") or []
    assert set(classifiers) - trove_classifiers.classifiers == set()
    assert not set(classifiers) & trove_classifiers.deprecated_classifiers.keys()
    assert classifiers == sorted(set(classifiers))
    expression = metadata["License-Expression"]
    assert canonicalize_license_expression(expression) == expression
    assert not [line for line in classifiers if line.startswith("License ::")]
    assert metadata.get_all("License-File") == ["LICENSE"]
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert "\n" not in metadata["Summary"]
    assert 0 < len(metadata["Summary"]) <= 512


def test_each_link_of_the_readme_leads_to_what_is_distributed_with_it(
    metadata: email.message.Message, python_folder: Path
) -> None:
    text = str(metadata.get_payload())
    assert re.search(r"^# \S", text, re.MULTILINE)
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    files = {link.partition("#")[0] for link in links if "://" not in link} - {""}
    assert [name for name in files if not (python_folder / name).is_file()] == []


def test_versions_of_python_agree(metadata: email.message.Message) -> None:
    supported = SpecifierSet(metadata["Requires-Python"])
    named = re.findall(
        r"Python :: (3\.\d+)$", "\n".join(metadata.get_all("Classifier") or []), re.M
    )
    assert named == ["3.11", "3.12", "3.13", "3.14"]
    assert [version for version in named if version in supported] == named
    assert "3.10" not in supported
    assert f"{sys.version_info[0]}.{sys.version_info[1]}" in named


def test_every_requirement_has_both_ends(metadata: email.message.Message, api: Api) -> None:
    requirements = [Requirement(text) for text in metadata.get_all("Requires-Dist") or ()]
    assert {r.name for r in requirements if r.marker is None} == {
        "httptools",
        "msgspec",
        "pyreqwest",
    }
    assert set(metadata.get_all("Provides-Extra") or ()) == {"httpx", "server"}
    for requirement in requirements:
        operators = {specifier.operator for specifier in requirement.specifier}
        assert operators in ({">=", "<"}, {"=="}), requirement
    server = next(r for r in requirements if r.name == f"{api.package.kebab}-server")
    assert api.version in server.specifier


@pytest.mark.parametrize("kind", [0, 1], ids=["wheel", "source"])
def test_it_installs_alone_and_makes_a_call(
    kind: int, distributions: Distributions, package: str, tmp_path: Path, stub: Stub
) -> None:
    """With what it declares to need and nothing else, so nothing is missing there."""
    environment = with_dependencies(tmp_path / "venv", built(distributions[kind], tmp_path))
    stub.replies[0] = stub.replies[0].__class__(status=200, body=b'{"iterable": []}')
    code = (
        f"import sys; import {package}; from {package} import AsyncClient, Client\n"
        f"assert {package}.__file__.startswith(sys.prefix)\n"
        f"import asyncio\n"
        f"with Client({stub.url!r}) as client:\n"
        "    print(client.workstream_events.snapshot().iterable)\n"
        "async def main():\n"
        f"    async with AsyncClient({stub.url!r}) as client:\n"
        "        print((await client.workstream_events.snapshot()).iterable)\n"
        "asyncio.run(main())\n"
    )
    assert environment.run("-c", code, cwd=tmp_path) == "[]\n[]\n"
    assert len(stub.seen) == 2


def built(distribution: Path, out: Path) -> Path:
    """The wheel that a distribution is, or that its unpacked source builds."""
    if distribution.suffix == ".whl":
        return distribution
    with tarfile.open(distribution) as archive:
        archive.extractall(out / "source", filter="data")
    (folder,) = (out / "source").iterdir()
    command = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "--directory", out)
    run(*command, cwd=folder)
    (wheel,) = out.glob("*.whl")
    return wheel


def test_the_source_distribution_builds_the_same_wheel(
    distributions: Distributions, tmp_path: Path
) -> None:
    assert built(distributions[1], tmp_path).read_bytes() == distributions[0].read_bytes()


def test_the_extra_for_httpx_brings_what_its_transport_needs(
    distributions: Distributions, package: str, tmp_path: Path, stub: Stub
) -> None:
    environment = with_dependencies(tmp_path / "venv", distributions[0], extras=["httpx"])
    code = (
        f"import httpx; from {package} import Client\n"
        f"from {package}.transports.httpx import HttpxTransport\n"
        "with httpx.Client(trust_env=False) as inner:\n"
        f"    client = Client({stub.url!r}, transport=HttpxTransport(inner))\n"
        "    client.workstream_events.delete('e')\n"
    )
    environment.run("-c", code, cwd=tmp_path)
    assert len(stub.seen) == 1


def test_the_extra_for_the_server_names_the_server_that_is_generated_with_it(
    distributions: Distributions, server_folder: Path, tmp_path: Path
) -> None:
    server, _ = build(server_folder, tmp_path / "dist")
    environment = empty(tmp_path / "venv")
    install(environment, distributions[0], server)
    found = {
        path.name.partition("-")[0]: PathDistribution(path)
        for path in environment.site.glob("*.dist-info")
    }
    ours = next(dist for name, dist in found.items() if name.endswith("_client"))
    theirs = next(dist for name, dist in found.items() if name.endswith("_server"))
    wanted = [Requirement(text) for text in ours.requires or () if "server" in text]
    assert [(r.name, theirs.version in r.specifier) for r in wanted] == [(theirs.name, True)]


def test_the_licence_is_that_of_the_repository(python_folder: Path) -> None:
    assert (python_folder / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
