"""The files of the Python SDK that openapi-python-client knows nothing of."""

from __future__ import annotations

import jinja2

from specpipe.render import python_beside
from specpipe.spec.model import Api, Document
from specpipe.targets.python_arguments import NOBODY, stored
from specpipe.targets.python_calls import Calls, attribute
from specpipe.targets.python_reference import Reference
from specpipe.targets.python_refusals import error, error_classes
from specpipe.targets.python_tests import Checks
from specpipe.tree import Tree
from specpipe.workspace import ROOT

RESERVED_FIXTURES = frozenset(
    {
        *("cache", "capfd", "capfdbinary", "caplog", "capsys", "capsysbinary", "capteesys"),
        *("doctest_namespace", "monkeypatch", "pytestconfig", "pytester", "record_property"),
        *("record_testsuite_property", "record_xml_attribute", "recwarn", "request", "subtests"),
        *("testdir", "tmp_path", "tmp_path_factory", "tmpdir", "tmpdir_factory"),
        *("anyio_backend", "anyio_backend_name", "anyio_backend_options"),
        *("testrun_uid", "worker_id"),
        "refused",
    }
)
"""Names of fixtures that pytest, anyio and xdist have, and of one of the generated tests."""

PAGES = ("README.md", "REFERENCE.md")


def beyond(env: jinja2.Environment, document: Document, api: Api, calls: Calls) -> Tree:
    """Those files, by path relative to the SDK's folder. `env` renders our templates."""
    package, checks = f"{api.package.snake}_client", Checks(document, api, calls)
    taken = RESERVED_FIXTURES | {stored(resource) for resource in api.resources}
    shared = {
        "package": package,
        "distribution": f"{api.package.kebab}-client",
        "server_package": f"{api.package.snake}_server",
        "fixture": python_beside(api.package.snake, taken),
        "checks": checks,
        "emptying": checks.emptying,
        "errors": tuple(dict.fromkeys(error_classes().values())),
        "nobody": NOBODY,
        "error": error,
    }

    def rendered(template: str, **more: object) -> bytes:
        return env.get_template(template).render(**shared, **more).encode()

    files = {
        "LICENSE": (ROOT / "LICENSE").read_bytes(),
        f"{package}/raw/__init__.py": rendered("raw_init.py.j2"),
        f"{package}/testing.py": rendered("testing.py.j2"),
        f"{package}/pytest_plugin.py": rendered("pytest_plugin.py.j2"),
        "tests/conftest.py": rendered("tests_conftest.py.j2"),
    }
    for tag, group in calls.by_tag():
        name = attribute(tag)
        files[f"{package}/raw/{name}.py"] = rendered("raw.py.j2", tag=tag, group=group)
        files[f"tests/test_{name}.py"] = rendered("tests.py.j2", tag=tag, calls=group)
    return files


def pages(env: jinja2.Environment, reference: Reference) -> Tree:
    """What people read, by path relative to the SDK's folder."""
    return {
        name: env.get_template(f"{name}.j2").render(reference=reference).encode() for name in PAGES
    }
