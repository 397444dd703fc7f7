"""Out of one database and into another: nothing changes. And what may not come in."""

from __future__ import annotations

import asyncio
import io
import itertools
import json
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specpipe import pipeline
from specpipe.targets.server_paths import reserved_ids
from specpipe.workspace import SPEC

pytestmark = pytest.mark.engines

TIME = "2024-05-06T07:08:09.123456+00:00"
LARGEST = 16 * 1024 * 1024
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
TIMES = st.builds(
    "20{:02d}-0{}-1{}{}{:02d}:00:0{}{}{}".format,
    st.integers(0, 30),
    st.integers(1, 9),
    st.integers(0, 9),
    st.sampled_from("Tt"),
    st.integers(0, 23),
    st.integers(0, 9),
    st.sampled_from(["", ".5", ".123456", ".1234567", ".123456789012"]),
    st.sampled_from(["Z", "z", "+00:00", "-00:00", "+05:30", "-23:59"]),
)
IDS = st.text(min_size=1, max_size=12).filter(lambda id: id != "update")


@pytest.fixture(scope="module")
def document():
    return pipeline.read_spec(SPEC)[0].data


@pytest.fixture(scope="module")
def type_(runtime):
    """The kind of thing that the spec stores."""
    _, api = pipeline.read_spec(SPEC)
    (resource,) = api.resources
    names = ("schema", "id", "created", "updated", "gone", "heavy", "items", "positions")
    return runtime("contract").ResourceType(
        name=resource.name.snake,
        reserved=reserved_ids(api)[resource.name.snake],
        **{name: getattr(resource, name) for name in names},
    )


@pytest.fixture(scope="module")
def into(runtime, document):
    """Imports lines into a place; gives how many were added."""
    importing, told = runtime("importing"), runtime("progress").Progress("test", sys.stderr)

    def into(place, raw):
        reader = importing.Reader(place.type, runtime("json_input").Schemas(document), LARGEST)
        staging = importing.Staging()
        for number, record in reader.records(io.BytesIO(raw)):
            staging.add(number, record)
        added = asyncio.run(importing.insert_staged(place.url, place.type.name, staging, told))
        staging.close()
        return added

    return into


@pytest.fixture(scope="module")
def out_of(runtime):
    """Exports a place; gives the bytes, and the ids as `identifiers` lists them."""
    exporting, store = runtime("exporting"), runtime("store")
    told = runtime("progress").Progress("test", sys.stderr)

    async def listed(place):
        opened = await store.open_store(place.url)
        selection = store.Selection("created", True)
        ids = [id async for batch in opened.identifiers(place.type.name, selection) for id in batch]
        await opened.close()
        return ids

    def out_of(place):
        pieces: list[bytes] = []
        asyncio.run(exporting.export_things(place.url, place.type.name, pieces.append, told))
        return b"".join(pieces), asyncio.run(listed(place))

    return out_of


@dataclass(frozen=True)
class Place:
    """Where things can be kept: a database, and a kind of thing in it."""

    url: str
    type: Any


@pytest.fixture(scope="module")
def places(type_, url_of, tmp_path_factory):
    """Gives two empty places: one on SQLite, one on the engine. They are of a new kind each time,
    which is quicker than new databases."""
    folder = tmp_path_factory.mktemp("transfer")
    urls = (f"sqlite:///{folder}/one.db", url_of(folder / "two.db"))
    numbers = itertools.count()

    def places():
        type = replace(type_, name=f"kind_{next(numbers)}")
        return [Place(url, type) for url in urls]

    return places


@pytest.fixture(scope="module")
def event(seed):
    """An event with these members."""

    def event(**members):
        return seed(id="a", created={"value": TIME}, updated={"value": TIME}) | members

    return event


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_export_import_export_gives_the_same_bytes(*, data, runtime, into, out_of, places, event):
    instants = runtime("instants")
    ids = data.draw(st.lists(IDS, unique=True, max_size=6))
    times = {
        id: sorted(data.draw(st.tuples(TIMES, TIMES)), key=lambda text: instants.parse(text).floor)
        for id in ids
    }
    events = [
        event(
            id=id,
            created={"value": times[id][0], "newer": data.draw(VALUES)},
            updated={"value": times[id][1]},
            newer=data.draw(VALUES),
            context={
                "native_clipboard": {"content": {"text": data.draw(st.text())}, "isCached": False},
                "newer": data.draw(VALUES),
            },
        )
        for id in ids
    ]
    ascii = data.draw(st.booleans())
    lines = "".join(json.dumps(e, ensure_ascii=ascii) + "\n" for e in events)
    one, two = places()

    assert into(one, lines.encode()) == len(events)
    first, order = out_of(one)
    assert into(two, first) == len(events)
    assert out_of(two) == (first, order)
    assert into(two, first) == 0

    found = {json.loads(line)["id"]: json.loads(line) for line in first.split(b"\n") if line}
    assert found == {e["id"]: e for e in events}
    assert list(found) == order[::-1]


def nested(levels):
    return json.loads("[" * levels + "]" * levels)


def test_as_deep_as_a_request_may_be(into, out_of, places, event):
    one, two = places()
    assert into(one, json.dumps(event(newer=nested(255))).encode()) == 1
    assert into(two, out_of(one)[0]) == 1
    assert out_of(two) == out_of(one)


def test_equal_times_keep_the_order_of_the_lines(into, out_of, places, event):
    ids = [f"{n * 7919 % 1000:03d}" for n in range(1000)]
    one, two = places()
    into(one, "".join(json.dumps(event(id=id)) + "\n" for id in ids).encode())
    assert out_of(one)[1] == ids[::-1]
    into(two, out_of(one)[0])
    assert out_of(two)[1] == ids[::-1]


BAD = {
    "no JSON": ("{", "not valid JSON"),
    "two on a line": ("{} {}", "not valid JSON"),
    "no object": ("[]", "object"),
    "null": ("null", "object"),
    "without an id": ({"id": None}, "id"),
    "an empty id": ({"id": ""}, "id: is missing"),
    "a number as id": ({"id": 7}, "id"),
    "an id that a path hides": ({"id": "update"}, "'update' is a path of the API"),
    "without a time": ({"created": None}, "created"),
    "a time without an offset": ({"updated": {"value": "2024-05-06T07:08:09"}}, "updated.value"),
    "a time in the published SDK's form": (
        {"updated": {"value": "2024-05-06T07:08:09+0000"}},
        "updated.value",
    ),
    "a day that no calendar has": ({"created": {"value": "2023-02-29T00:00:00Z"}}, "created"),
    "an update before the creation": (
        {"updated": {"value": "2024-05-06T06:08:09Z"}},
        "updated.value: is before created.value",
    ),
    "a wrong type": ({"readable": 7}, "readable"),
    "a wrong enum member": ({"processing": "SOMEWHERE"}, "processing"),
    "too deep": ({"newer": nested(256)}, "deeper than 256"),
    "a number that no double holds": ('{"id": 1e400}', "out of range"),
    "half a surrogate pair": ('{"id": "\\ud800"}', "not valid JSON"),
    "no UTF-8": (b'{"id": "\xff"}', "not valid JSON"),
    "a byte order mark behind the first line": ("\ufeff{}", "not valid JSON"),
    "too long": ({"readable": "x" * LARGEST}, f"longer than {LARGEST} bytes"),
    "short, but long once it is stored": (
        '{"newer": [' + ",".join(["1e15"] * (LARGEST // 18)) + "]}",
        "as it is stored",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_line_that_no_request_could_have_stored_is_refused(runtime, into, type_, event, case):
    bad, words = BAD[case]
    if isinstance(bad, dict):
        members = {name: value for name, value in (event() | bad).items() if value is not None}
        bad = json.dumps(members)
    elif words == "as it is stored":
        bad = json.dumps(event())[:-1] + ", " + bad[1:]
    raw = bad if isinstance(bad, bytes) else bad.encode()
    good = json.dumps(event(id="good")).encode()
    with pytest.raises(runtime("importing").ImportFault) as caught:
        into(Place("never opened", type_), good + b"\n\n" + raw + b"\n" + good)
    text = str(caught.value)
    assert text.startswith("line 3: ")
    assert words in text
    assert text.isprintable()
    assert len(text) < 600


PEAK = (
    "import atexit, pathlib, re, runpy, sys;"
    "atexit.register(lambda: sys.stderr.write(re.search("
    "r'VmHWM:\\s*(\\d+)', pathlib.Path('/proc/self/status').read_text())[0]));"
    "runpy.run_module({package!r}, run_name='__main__')"
)


@pytest.fixture
def peak(folder, package):
    """Run a command; gives the most memory that it had, in MiB."""

    def peak(*arguments):
        result = subprocess.run(
            [sys.executable, "-c", PEAK.format(package=package), *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        found = re.search(r"VmHWM:\s*(\d+)", result.stderr)
        assert found is not None
        return int(found[1]) / 1024

    return peak


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells how much memory it had")
def test_memory_does_not_grow_with_what_is_carried(peak, url_of, tmp_path, event):
    """100,000 events of half a kilobyte against one."""

    def carry(count):
        url, file = url_of(tmp_path / f"{count}.db"), tmp_path / f"{count}.ndjson"
        line = json.dumps(event(id="%d", readable="x" * 200)) + "\n"
        with file.open("w") as out:
            out.writelines(line % number for number in range(count))
        into = peak("import", "--database-url", url, str(file))
        out_of = peak("export", "--database-url", url, "--output", str(file))
        with file.open() as lines:
            assert sum(1 for _ in lines) == count
        return into, out_of

    little, much = carry(1), carry(100_000)
    assert much[0] - little[0] < 10
    assert much[1] - little[1] < 10
