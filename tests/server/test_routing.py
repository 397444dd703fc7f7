"""Routing: a tree against a plain search through all templates."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

segments = st.sampled_from(["a", "b.c", "{p}"])
templates = st.lists(segments, min_size=1, max_size=3).map(tuple)
methods = st.sampled_from(["GET", "POST"])
routes = st.dictionaries(st.tuples(methods, templates), st.integers(), min_size=3, max_size=12)
paths = st.lists(st.sampled_from(["a", "b.c", "x", "a%2Fb", ""]), min_size=1, max_size=3)


@pytest.fixture(scope="module")
def routing(runtime):
    return runtime("routing")


def path_of(template: tuple[str, ...]) -> str:
    """The template with its parameters numbered, so that their names differ."""
    return "/" + "/".join(
        f"{{p{number}}}" if segment == "{p}" else segment for number, segment in enumerate(template)
    )


def best(routes, path):
    """The targets by method, by an independent rule: of the templates that fit, the one that is
    literal at the first place where they differ."""
    fitting = [
        template
        for _, template in routes
        if len(template) == len(path)
        and all(t == s or (t == "{p}" and s) for t, s in zip(template, path, strict=True))
    ]
    if not fitting:
        return {}
    chosen = min(fitting, key=lambda template: [segment == "{p}" for segment in template])
    return {method: target for (method, of), target in routes.items() if of == chosen}


@given(routes, paths)
def test_the_most_literal_template_wins_whatever_the_method(routing, routes, path):
    tree = routing.Routes((m, path_of(t), target) for (m, t), target in routes.items())
    found = tree.match(("/" + "/".join(path)).encode())
    assert (found.targets if found else {}) == best(routes, path)


@given(st.lists(st.text(min_size=1, max_size=10), min_size=1, max_size=4))
def test_parameters_come_out_as_they_were_before_percent_encoding(routing, values):
    names = [f"p{number}" for number in range(len(values))]
    tree = routing.Routes([("GET", "/" + "/".join(f"{{{name}}}" for name in names), "target")])
    try:
        raw = "/" + "/".join(quote(value, safe="") for value in values)
    except UnicodeEncodeError:
        return
    match = tree.match(raw.encode())
    assert match.parameters() == dict(zip(names, values, strict=True))


@given(st.binary(max_size=60))
def test_no_path_breaks_it(routing, raw):
    tree = routing.Routes([("GET", "/a/{p0}", 1), ("GET", "/{p0}/b", 2), ("POST", "/", 3)])
    match = tree.match(raw)
    assert match is None or match.targets in ({"GET": 1}, {"GET": 2}, {"POST": 3})


def test_a_literal_dead_end_falls_back_to_the_parameter(routing):
    tree = routing.Routes([("GET", "/a/b/c", "literal"), ("GET", "/a/{x}/d", "parameter")])
    match = tree.match(b"/a/b/d")
    assert (match.targets, match.parameters()) == ({"GET": "parameter"}, {"x": "b"})
