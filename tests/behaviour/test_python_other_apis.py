"""What the SDK adds to an API, for another API than ours, against the server of that API."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from specpipe.pipeline import read_spec
from specpipe.targets.python import PythonTarget
from specpipe.targets.server import ServerTarget
from specpipe.workspace import ROOT

from .live import rendered, running

THINGS = ROOT / "tests" / "unit" / "things.yaml"
ODDS = ROOT / "tests" / "behaviour" / "odds-and-ends.yaml"


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    folder = rendered(PythonTarget(), tmp_path, *read_spec(THINGS))
    monkeypatch.syspath_prepend(str(folder))
    for name in [n for n in sys.modules if n.split(".")[0] == "tiny_things_client"]:
        monkeypatch.delitem(sys.modules, name)
    return importlib.import_module("tiny_things_client")


def test_a_parameter_of_the_query_that_has_to_be_there_is_not_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(rendered(PythonTarget(), tmp_path, *read_spec(ODDS))))
    odds = importlib.import_module("request_client")
    sent = []

    class Closed:
        def send(self, request: Any) -> Any:
            sent.append(request.url.partition("?")[2])
            return odds.Response(503, {})

    ends = odds.Client(transport=Closed(), retries=0).ends
    with pytest.raises(odds.InvalidArgument, match=r"^why: is required$"):
        ends.snapshot(why=None)
    with pytest.raises(odds.ServerError):
        ends.snapshot(why="so")
    assert sent == ["why=so"]


def test_iterate_up_to_the_limit_of_the_contract(tiny: ModuleType, tmp_path: Path) -> None:
    """99 is the most that this API lists at once."""
    document, api = read_spec(THINGS)

    def made(number: int, day: int) -> list[dict[str, object]]:
        at = {"at": f"2024-01-{day:02}T00:00:00Z"}
        return [{"id": f"{day}-{n}", "made": at, "changed": at["at"]} for n in range(number)]

    folder = rendered(ServerTarget(), tmp_path, document, api)
    with running(folder, api, tmp_path, "--port", "0") as live:
        things = tiny.Client(live.url).things
        live.store([*made(98, 1), *made(5, 2), *made(60, 3)])
        given = [thing.id for thing in things.iterate(page_size=7)]
        assert sorted(given) == sorted(
            f"{d}-{n}" for d, c in ((1, 98), (2, 5), (3, 60)) for n in range(c)
        )
        with pytest.raises(tiny.InvalidArgument, match="page_size: 100: at most 99"):
            things.iterate(page_size=100)
        assert sorted(thing.id for thing in things.iterate()) == sorted(given)
        live.store(made(120, 4))
        given = []
        with pytest.raises(tiny.ApiError, match=r"cannot go beyond 2024-01-04 .*: 99 were created"):
            given.extend(thing.id for thing in things.iterate(page_size=10))
