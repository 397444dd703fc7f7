"""The corpus: the page is what its record gives, and small documents still do what it says."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from specpipe.adopt.adopt import adopt
from specpipe.adopt.draft import by_construct
from specpipe.corpus.cli import PAGE, RECORD, selected
from specpipe.corpus.fetch import document, extracted
from specpipe.corpus.judge import judge, verdict
from specpipe.corpus.members import members
from specpipe.corpus.page import page
from specpipe.corpus.steps import step
from specpipe.diagnostics import Misuse, ToolError
from specpipe.spec.load import load

HERE = Path(__file__).parent
MEMBERS = {member.name: member for member in members()}
ROWS = {row["name"]: row for row in json.loads(RECORD.read_text())}
SMALL = sorted(HERE.glob("*.yaml"))


def timeless(value):
    """A row without what differs from run to run."""
    if isinstance(value, dict):
        return {k: timeless(v) for k, v in value.items() if k not in ("seconds", "mib")}
    return value


def test_the_page_is_what_the_record_gives():
    assert PAGE.read_text("utf-8") == page(list(ROWS.values()))


def test_every_member_is_in_the_record_as_it_is_pinned():
    assert {n: m.sha256 for n, m in MEMBERS.items()} == {n: r["sha256"] for n, r in ROWS.items()}


def test_no_document_ends_in_a_traceback_or_half_a_tree_or_goes_beyond_the_limits():
    said = {
        (name, key): row[key]["verdict"]
        for name, row in ROWS.items()
        for key in ("as_it_is", "adopt", "generate")
        if key in row
    }
    beyond = {place: text for place, text in said.items() if text not in ("passes", "refused")}
    assert beyond == {}


@pytest.mark.parametrize("file", SMALL, ids=lambda file: file.stem)
def test_a_small_document_is_the_pinned_one_and_loses_what_the_record_says(file):
    row = ROWS[file.stem]
    assert hashlib.sha256(file.read_bytes()).hexdigest() == MEMBERS[file.stem].sha256
    adoption = adopt(load(file))
    assert len(adoption.api.operations) == row["kept"]
    notes = [[kind, what, count] for kind, what, count, _ in by_construct(adoption.notes)]
    assert notes == row["notes"]


def test_a_small_document_passes_every_step_that_the_record_says_it_passes(tmp_path):
    row = judge(MEMBERS["uspto"], HERE / "uspto.yaml", tmp_path / "work")
    assert timeless(row) == timeless(ROWS["uspto"])


def test_another_document_than_the_pinned_one_is_refused_with_both_hashes(tmp_path):
    member = replace(MEMBERS["uspto"], sha256="0" * 64)
    (tmp_path / f"{member.sha256}.yaml").write_text("openapi: 3.1.0\n")
    with pytest.raises(ToolError, match=r"uspto: .* has the SHA-256 [0-9a-f]{64}, not 0{64}"):
        document(member, tmp_path)


def test_without_cache_and_network_one_line_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    member = replace(MEMBERS["jupyter"], version="2.21.1")
    with pytest.raises(ToolError) as caught:
        document(member, tmp_path)
    assert str(caught.value).startswith(
        "jupyter is not in the cache and pypi jupyter_server 2.21.1"
    )
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_document_is_taken_out_of_its_package_and_unpacked(tmp_path):
    package = tmp_path / "a.tgz"
    content = gzip.compress(b"openapi: 3.1.0\n")
    with tarfile.open(package, "w:gz") as tarball:
        entry = tarfile.TarInfo("package/spec.json.gz")
        entry.size = len(content)
        tarball.addfile(entry, io.BytesIO(content))
    assert extracted(package, "package/spec.json.gz") == b"openapi: 3.1.0\n"
    with pytest.raises(ToolError, match=r"a\.tgz: package/other cannot be read"):
        extracted(package, "package/other")


def test_what_takes_too_long_is_ended_with_all_that_it_started():
    child = (
        "import subprocess as s, sys; s.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    )
    done = step((sys.executable, "-c", child), limit=1)
    assert (done.status, verdict(done)) == (-9, "over 120 s")
    assert done.seconds < 30


def test_memory_is_that_of_the_largest_process():
    child = "import subprocess as s, sys; s.run([sys.executable, '-c', 'bytearray(200 * 2**20)'])"
    assert 200 <= step((sys.executable, "-c", child)).mib < 400


def test_a_traceback_is_no_refusal():
    assert verdict(step((sys.executable, "-c", "raise ValueError"))) == "traceback"


def test_an_unknown_name_is_refused_and_known_ones_are_listed():
    with pytest.raises(Misuse, match=r"there is no 'x' in the corpus: use .*uspto"):
        selected("uspto,x")
