"""Which values cannot be an id, because a concrete path has them at the id's place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from specpipe import pipeline
from specpipe.spec.model import Get
from specpipe.targets.portal import paths
from specpipe.targets.server_paths import BESIDE, hidden_values, reserved_ids
from specpipe.workspace import SPEC

pytestmark = pytest.mark.engines


@pytest.mark.parametrize(
    ("path", "other", "hidden"),
    [
        ("/a/{id}", "/a/b", {"b"}),
        ("/a/{id}", "/a/{other}", set()),
        ("/a/{id}", "/c/b", set()),
        ("/a/{id}", "/a/b/c", set()),
        ("/a/{id}/c", "/a/b/c", {"b"}),
        ("/a/{id}/c", "/a/b/{x}", {"b"}),
        ("/a/{id}/c", "/a/b/d", set()),
        ("/{kind}/{id}", "/a/b", {"b"}),
        ("/{kind}/{id}", "/{kind}/b", {"b"}),
        ("/a/{id}", "/{kind}/b", set()),
        ("/a/{id}", "/a/b%20c", {"b c"}),
        ("/{id}", "/openapi.json", {"openapi.json"}),
    ],
)
def test_a_concrete_segment_hides_a_value_where_its_path_can_win(path, other, hidden):
    assert hidden_values(path, "id", [path, other]) == hidden


@pytest.mark.parametrize("path", ["/{kind}/{id}", "/a/{id}", "/{kind}/{id}/c", "/a/{id}/{x}"])
@pytest.mark.parametrize(
    "other", ["/a/b", "/{kind}/b", "/a/b/c", "/a/b/{y}", "/{kind}/b/c", "/d/b", "/d/b/{y}"]
)
def test_that_is_what_the_routes_do(runtime, path, other):
    """For some value of the other parameters."""
    routes = runtime("routing").Routes([("GET", path, "ours"), ("GET", other, "theirs")])
    led = {
        match.targets["GET"]
        for first in ("a", "d")
        for third in ("c", "e")
        if (
            match := routes.match("/".join(["", first, "b", third][: path.count("/") + 1]).encode())
        )
        and (first == "a" or path.startswith("/{"))
        and (third == "c" or not path.endswith("/c"))
    }
    assert hidden_values(path, "id", [path, other]) == ({"b"} if "theirs" in led else set())


def test_of_the_spec_one_word_is_hidden():
    _, api = pipeline.read_spec(SPEC)
    assert reserved_ids(api) == {"workstream_event": ("update",)}


def test_pages_for_people_hide_ids_of_paths_that_look_like_theirs():
    _, api = pipeline.read_spec(SPEC)
    (get,) = (o for o in api.operations if isinstance(o.behaviour, Get))
    moved = replace(api, operations=(replace(get, path="/{kind}/{workstream_event}"),))
    hidden = reserved_ids(moved, ["index.html"])["workstream_event"]
    assert "index.html" in hidden


def test_what_the_server_serves_besides_is_known(runtime, folder, package):
    contract = runtime("contract").Contract("", "", (), None, (0, 0))
    names = paths(*pipeline.read_spec(SPEC))
    assert {path.name for path in (folder / package / "portal").iterdir()} == set(names)
    files = dict.fromkeys(names, b"")
    found = set(runtime("pages").pages(contract, {}, files, None, None))
    assert found == {*BESIDE, *(f"/docs/{name}" for name in names)}
