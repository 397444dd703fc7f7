"""The portal in a browser with the network cut, as files and on the server: one browser and one
server for all. Pictures of all pages go to .reports/portal; SPECPIPE_RECORD=1 makes the one that
the README shows."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from specpipe import pipeline
from specpipe.conformance.process import generated_server
from specpipe.render import MARK
from specpipe.targets.portal import COPIED, portal
from specpipe.workspace import REPORTS, ROOT, SPEC, TEMPLATES

CREATE = "workstream_events_create_new_workstream_event"
GET = "workstream_events_specific_workstream_event_snapshot"
LIST = "workstream_events_snapshot"
PICTURE = ROOT / "docs" / "portal.png"
EVENTS, EVENT = "api-workstream-events.html", "api-workstream-event.html"
EVIL = (
    "<script>self.ran=1</script><img src=x onerror='self.ran=1'> [link](javascript:self.ran=1) "
    "![image](http://elsewhere.example/x.png) </code></pre></textarea> \" ' {{ 7 * 7 }} "
    '<http://a.example/"onmouseover=self.ran=1> [b](//elsewhere.example) `</code><b>` \u202e &amp;'
)


def evil(node: Any, key: str = "") -> Any:
    """A document with markup wherever it has text for people."""
    if isinstance(node, dict):
        plain = {name: it for name, it in node.items() if name.startswith("x-")}
        return {name: plain.get(name) or evil(inner, name) for name, inner in node.items()}
    if isinstance(node, list):
        return [evil(inner) for inner in node]
    texts = ("description", "summary", "title", "readable", "windowTitle")
    return EVIL if key in texts and isinstance(node, str) else node


@pytest.fixture(scope="module")
def trees(tmp_path_factory):
    """The portal of our spec, and of one with markup in its texts, as folders."""
    document, api = pipeline.read_spec(SPEC)
    hostile = replace(document, data=evil(document.data), beside=evil_beside(document.beside))
    folder = tmp_path_factory.mktemp("portals")
    for name, given in {"ours": (document, api), "hostile": pipeline.checked(hostile)}.items():
        for path, content in portal(*given).items():
            file = folder / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    return folder


def evil_beside(beside):
    record = json.loads(beside["conformance.json"])
    record["word"] = record["run"]["profile"] = record["held"][0]["statement"] = EVIL
    return {"CHANGELOG.md": f"# Changelog\n\n{EVIL}\n", "conformance.json": json.dumps(record)}


@pytest.fixture(scope="module")
def api():
    return pipeline.read_spec(SPEC)[1]


@pytest.fixture(scope="module")
def seen(trees, generate, api, tmp_path_factory):
    """What the browser met, and the server that it met it at."""
    names = [os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"]
    browser = next((path for name in names if name and (path := shutil.which(name))), None)
    assert browser is not None, "no chromium: run make browser"
    out = tmp_path_factory.mktemp("generated")
    generate(SPEC, out)
    reports = REPORTS / "portal"
    reports.mkdir(parents=True, exist_ok=True)
    with generated_server(api, out, 1) as server, tempfile.TemporaryDirectory() as short:
        given = {
            "files": f"{(trees / 'ours' / 'portal').as_uri()}/",
            "hostile": f"{(trees / 'hostile' / 'portal').as_uri()}/",
            "server": server.base_url,
            "key": server.key,
            "pages": sorted(path.name for path in (trees / "ours/portal").glob("*.html")),
            "wanted": {"text": "counters score"},
            "forms": {
                "create": {
                    "page": EVENTS,
                    "operation": CREATE,
                    "body": json.dumps({**example(api), "readable": "Made by a form's owner"}),
                },
                "get": {"page": EVENT, "operation": GET},
                "file": {"page": EVENTS, "operation": LIST},
            },
            "reports": str(reports),
            "picture": str(
                PICTURE if os.environ.get("SPECPIPE_RECORD") == "1" else reports / "api.png"
            ),
            "chromium": browser,
        }
        done = subprocess.run(
            ["node", str(Path(__file__).with_name("portal.mjs"))],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env={**os.environ, "TMPDIR": short},  # chromium's socket needs a short path
        )
        assert done.returncode == 0, done.stderr
        yield {**json.loads(done.stdout), "running": server, "out": out}


def example(api):
    (create,) = (o for o in api.operations if o.id == CREATE)
    return create.body.example


def test_every_page_loads_from_files_without_trouble_or_anything_from_elsewhere(seen):
    assert len(seen["looked"]) == 6
    assert {page["name"]: page["trouble"] for page in seen["looked"]} == {
        page["name"]: [] for page in seen["looked"]
    }


def test_every_page_loads_from_the_server_under_its_policy(seen):
    assert len(seen["served"]) == len(seen["looked"])
    for page in seen["served"]:
        assert page["trouble"] == [], page["url"]
        assert page["scripted"] > 0, page["url"]
        rules = dict(rule.split(" ", 1) for rule in page["policy"].split("; "))
        assert rules == {
            "default-src": "'none'",
            "script-src": "'self'",
            "style-src": "'self'",
            "img-src": "'self' data:",
            "connect-src": "'self'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "'none'",
        }


def test_axe_finds_nothing_serious_on_any_page_in_light_and_dark(seen):
    found = {
        (page["name"], scheme): it for page in seen["looked"] for scheme, it in page["axe"].items()
    }
    assert len(found) == 12
    assert [it for it in found.items() if it[1]] == []


def test_nothing_sticks_out_at_360_pixels_and_the_dark_is_dark(seen):
    for page in seen["looked"]:
        assert page["overflow"] == dict.fromkeys(page["overflow"], 0), page["name"]
        assert len(page["overflow"]) == 4
        assert page["paper"] == {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 22, 27)"}


def test_markup_in_a_spec_is_text_on_its_pages(seen):
    for page in seen["hostile"]:
        assert page["trouble"] == [], page["url"]
        assert not page["ran"]
        assert page["images"] == 0
        assert set(page["scripts"]) <= {"portal.js", "search.js", "find.js", "request.js", "try.js"}
        assert page["scripted"] > 0, "our own script did not run"


def test_the_keyboard_reaches_everything(seen):
    typed = seen["typed"]
    assert typed["skip"]["text"] == "Skip to content"
    assert typed["skip"]["outline"] == "solid"
    assert typed["main"] == "ui:main"
    assert typed["search"] == "ui:search"
    assert typed["option"] == ["true", "true"]
    assert typed["found"] == f"{EVENT}#workstream_event_scores_increment"
    assert 0 <= typed["top"] < 150
    assert typed["right"] == {"chosen": ["Python"], "shown": ["Python"]}
    assert typed["tab"] == "Python"
    assert typed["left"] == {"chosen": ["TypeScript"], "shown": ["TypeScript"]}
    assert typed["remembered"] == typed["left"]
    assert typed["theme"] == ["dark", "dark"]
    assert typed["menu"] == [False, True]
    assert typed["trouble"] == []


def test_a_form_creates_a_thing_that_the_api_has_afterwards(seen):
    made, running = seen["tried"]["made"], seen["running"]
    assert made["status"] == "200 OK"
    assert made["role"] == ["status", "polite"]
    assert re.search(r"in \d+ ms, \d+ bytes", made["text"])
    assert "content-type: application/json" in made["blocks"]["Headers"]
    thing = json.loads(made["blocks"]["Body"])
    assert thing["readable"] == "Made by a form's owner"
    there = httpx.get(
        f"{running.base_url}/workstream_event/{thing['id']}",
        headers={"X-Application-ID": running.key},
    )
    assert there.json() == thing
    assert seen["tried"]["trouble"] == []


def test_its_curl_line_does_the_same_and_holds_no_key(seen):
    line, running = seen["tried"]["made"]["blocks"]["The same with curl"], seen["running"]
    assert running.key not in line
    done = subprocess.run(
        ["bash", "-c", f"{line} --silent --fail"],
        env={**os.environ, "API_KEY": running.key, "no_proxy": "*"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout.splitlines()[-1])["readable"] == "Made by a form's owner"


def test_the_key_stays_in_the_form(seen):
    assert seen["running"].key not in seen["tried"]["kept"]


def test_a_form_that_lacks_something_is_not_sent_and_a_refusal_is_shown(seen):
    tried = seen["tried"]
    assert tried["unsent"] == ""
    assert tried["refused"]["status"] == "401 Unauthorized"
    assert "/workstream_event/a%2Fb'" in tried["refused"]["blocks"]["The same with curl"]


def test_a_page_from_a_file_says_what_to_do(seen):
    hint, cut = seen["tried"]["hint"], seen["tried"]["cut"]
    assert "pieces-workstream-server --allow-origin http://127.0.0.1:8080" in hint
    assert "python3 -m http.server 8080 --bind 127.0.0.1" in hint
    assert cut["status"] == "No answer"
    assert f"{seen['running'].base_url}/docs/" in cut["text"]


def test_screenshots_are_in_the_folder_of_reports(seen):
    for page in seen["looked"]:
        for kind in ("light", "dark", "light-phone", "dark-phone"):
            assert (REPORTS / "portal" / f"{page['name']}-{kind}.png").stat().st_size > 5_000


def test_the_documentation_has_the_pages_that_the_server_has(seen):
    folders = [seen["out"] / it for it in ("docs", "server/pieces_workstream_server")]
    shown, served = (
        {path.name: path.read_bytes() for path in (folder / "portal").iterdir()}
        for folder in folders
    )
    assert shown == served
    assert len(shown) > 10


def test_the_picture_in_the_readme_is_small():
    assert f"docs/{PICTURE.name}" in (ROOT / "README.md").read_text()
    assert PICTURE.stat().st_size <= 150_000


class Reader(HTMLParser):
    """The places of a page, and its links."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.programs: list[tuple[str, str]] = []
        self.title = ""
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        assert not [name for name in given if name.startswith("on") or name == "style"]
        self.title = given.get("data-title") or self.title
        self.inside |= tag == "pre"
        if tag == "pre":
            self.programs.append((self.title, ""))
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given[name] or "" for name in ("href", "src") if name in given]

    def handle_data(self, data: str) -> None:
        if self.inside:
            title, code = self.programs.pop()
            self.programs.append((title, code + data))

    def handle_endtag(self, tag: str) -> None:
        self.inside &= tag != "pre"


def programs(trees, seen, title: str) -> list[str]:
    """What the pages have in a language, for the server that is up."""
    found = [it for page in read(trees / "ours/portal").values() for it in page.programs]
    codes = dict.fromkeys(code for name, code in found if name == title and "localhost" in code)
    running = seen["running"]
    return [
        code.replace("http://localhost:39300", running.base_url).replace("your-key", running.key)
        for code in codes
    ]


def run(command: list[str], code: str, **variables: str) -> str:
    done = subprocess.run(
        command,
        input=code,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "no_proxy": "*", **variables},
    )
    assert done.returncode == 0, done.stderr + code
    return done.stdout


def test_every_python_program_runs(trees, seen):
    codes = programs(trees, seen, "Python")
    assert len(codes) == 11
    run([sys.executable, "-"], "\n\n".join(codes), PYTHONPATH=str(seen["out"] / "python-client"))


def test_every_typescript_program_runs(trees, seen, tmp_path):
    codes = programs(trees, seen, "TypeScript")
    assert len(codes) == 11
    line = re.compile(r"^import .*;$", re.M)
    (imported,) = {line.search(code)[0] for code in codes}
    blocks = "\n".join(f"{{\n{line.sub('', code)}\n}}" for code in codes)
    source = seen["out"] / "typescript-client/src/index.ts"
    bundled = tmp_path / "all.mjs"
    flags = ["--bundle", "--format=esm", "--platform=node", "--loader=ts", f"--outfile={bundled}"]
    esbuild = ROOT / "node_modules/.bin/esbuild"
    alias = f"--alias:pieces-workstream-client={source}"
    run([str(esbuild), *flags, alias], f"{imported}\n{blocks}")
    run(["node", str(bundled)], "")


def test_every_curl_line_is_understood(trees, seen):
    """Their things are not there, but for those that are created."""
    codes = programs(trees, seen, "curl")
    assert len(codes) == 11
    script = "\n".join(
        re.sub(r"^curl ", "curl -s -o /dev/null -w '%{http_code}\\\\n' ", code, flags=re.M)
        for code in codes
    )
    statuses = run(["bash"], script, API_KEY=seen["running"].key).split()
    assert len(statuses) == 12
    assert set(statuses) == {"200", "410"}


def read(folder: Path) -> dict[str, Reader]:
    found = {}
    for path in folder.glob("*.html"):
        found[path.name] = Reader()
        found[path.name].feed(path.read_text())
    return found


@pytest.mark.parametrize("name", ["ours", "hostile"])
def test_every_link_leads_somewhere_and_every_place_is_there_once(trees, name):
    folder = trees / name / "portal"
    pages = read(folder)
    for page, reader in pages.items():
        assert len(reader.ids) == len(set(reader.ids)), page
        assert reader.tags & {"img", "iframe", "object", "style", "svg", "base"} == set()
        for link in reader.links:
            if link.startswith(("http://", "https://")) or link == "data:,":
                continue
            path, _, place = link.partition("#")
            assert (folder / (path or page)).is_file(), (page, link)
            assert not place or unquote(place) in pages[path or page].ids, (page, link)


def test_operations_and_models_are_all_found_by_search_with_a_place_each(trees, api):
    text = (trees / "ours/portal/search.js").read_text()
    rows = json.loads(text.partition("self.portalIndex = ")[2].rstrip(";\n"))
    pages = read(trees / "ours/portal")
    for _, _, _, link, _ in rows:
        page, _, place = link.partition("#")
        assert place in pages[page].ids
    places = {row[3].partition("#")[2] for row in rows}
    assert places == {o.id for o in api.operations} | set(api.schemas)


def test_it_is_made_the_same_every_time(trees):
    document, made_of = pipeline.read_spec(SPEC)
    again = portal(document, made_of)
    files = {p.relative_to(trees / "ours").as_posix(): p for p in (trees / "ours").rglob("*.*")}
    assert {path: again[path] for path in again} == {
        path: file.read_bytes() for path, file in files.items()
    }


def test_files_that_know_no_api_are_copied_behind_the_mark(trees):
    for name in COPIED:
        content = (trees / "hostile/portal" / name).read_text()
        assert content == f"/* {MARK} */\n" + (TEMPLATES / "docs/portal" / name).read_text()


def test_without_changelog_and_record_there_are_no_such_pages():
    document, made_of = pipeline.read_spec(SPEC)
    names = set(portal(replace(document, beside={}), made_of))
    assert names & {"portal/changelog.html", "portal/conformance.html"} == set()
    assert "portal/index.html" in names
