"""The page of a report, in a real browser."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from specpipe.workspace import ROOT

CREATE = "workstream_events_create_new_workstream_event"


@pytest.fixture
def visited(tmp_path):
    """What a browser shows of a report's page."""

    def visit(page):
        names = [os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"]
        browser = next((path for name in names if name and (path := shutil.which(name))), None)
        assert browser is not None, "no chromium: run make browser"
        script = Path(__file__).with_name("page.mjs")
        # An import looks for its package beside the script, and finds it at the root.
        command = ["node", str(script), page.as_uri(), browser]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return visit


def test_a_hostile_answer_is_shown_and_does_not_run(judge, misbehaving, visited, tmp_path):
    again = f"fuzz/{CREATE}/schema@smoke.1"
    with misbehaving("speaks_html") as server:
        result = judge("--allow-writes", "all", "--replay", again, server=server)
    page = tmp_path / "reports" / "replay" / "index.html"
    seen = visited(page)

    assert result.returncode == 1, result.stdout + result.stderr
    assert seen["title"].startswith("Departs: ")
    assert "<script>document.title='it ran'</script>" in seen["text"]
    assert seen["scripts"] == 0
    assert seen["errors"] == []
    assert [url for url in seen["requests"] if not url.startswith("data:")] == [page.as_uri()]

    # The finding has all that a person needs.
    place = "spec/openapi.yaml:"
    assert 'is not a "date-time"' in seen["text"]
    assert f"{place}" in seen["text"]
    assert "#/components/schemas/GroupedTimestamp/properties/value/format" in seen["text"]
    assert "curl -i -X POST" in seen["text"]
    assert f"make conformance BASE_URL={server.base_url}" in seen["text"]
    assert f"REPLAY={again}" in seen["text"]

    # On a phone in the dark nothing sticks out, and the keyboard reaches what scrolls.
    assert seen["light"]["paper"] != seen["dark"]["paper"]
    assert seen["light"]["ink"] != seen["dark"]["ink"]
    assert seen["light"]["overflow"] == seen["dark"]["overflow"] == 0
    assert seen["stops"][0] == "#operations"
    assert any(stop.startswith("curl -i") for stop in seen["stops"])
    assert any(stop.startswith("#finding-1") for stop in seen["stops"])
