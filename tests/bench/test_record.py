"""A run that is kept: charts and the page follow from its figures."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from specpipe.bench import report
from specpipe.bench.charts import charts
from specpipe.bench.effort import FULL
from specpipe.bench.figures import Results
from specpipe.bench.generation import ALL, COLD, UNCHANGED, sized
from specpipe.bench.generators import ALL_THREE
from specpipe.bench.record import BEGIN, END, FIGURES, PAGE, README, keep, results_of, shown
from specpipe.bench.targets import targets
from specpipe.cli import main
from specpipe.diagnostics import ToolError
from specpipe.workspace import DOCS

SVG = "{http://www.w3.org/2000/svg}"
ABOUT = {"date": "2026-01-02", "processor": "a <fast> one"}


def measured():
    results = Results()
    for factor in (1.0, 3.0, 2.0):
        for name, seconds in ((COLD, 2.0), (ALL_THREE, 6.0), (UNCHANGED, 0.25)):
            results.add("generate", ALL, name, seconds=seconds * factor)
    for operations in (10, 100, 500):
        results.add("sizes", sized(operations), "ours", cpu_s=operations / 10, peak_mib=99.0)
    return results


@pytest.fixture
def docs(tmp_path):
    """A folder of documentation with a run that was kept."""
    folder = tmp_path / "docs"
    folder.mkdir()
    for name in (PAGE, README):
        (folder / name).write_text(f"before\n{BEGIN}\nlast time\n{END}\nafter\n")
    results = measured()
    report.write(tmp_path / "reports", results, targets(results, FULL), ABOUT)
    keep(folder, tmp_path / "reports")
    return folder


def test_a_picture_shows_each_subject_with_a_bar_in_proportion():
    root = ElementTree.fromstring(charts(measured(), "said")["pipeline"])
    bars = {}
    texts = [node.text for node in root.iter(f"{SVG}text")]
    for name, bar in zip(texts[3::2], root.iter(f"{SVG}rect"), strict=False):
        bars[name] = (float(bar.get("width")), bar.get("class"))
    assert bars[UNCHANGED][0] * 24 == pytest.approx(bars[ALL_THREE][0], rel=0.01)
    assert [style for _, style in bars.values()] == ["ours", "ours", "peer"]
    assert "4 (2-6)" in texts


def test_a_picture_says_in_words_what_it_shows():
    for picture in charts(measured(), "when <and> where").values():
        root = ElementTree.fromstring(picture)
        assert root.get("role") == "img"
        assert root.find(f"{SVG}title").text
        assert "when <and> where" in root.find(f"{SVG}desc").text
        assert "prefers-color-scheme: dark" in root.find(f"{SVG}style").text
    assert f"{COLD} 4 (2-6)" in charts(measured(), "")["pipeline"]
    assert "ours, CPU seconds: 1 at 10, 10 at 100, 50 at 500" in charts(measured(), "")["growth"]


def test_rows_that_were_not_measured_have_no_picture():
    assert charts(Results(), "") == {}
    assert set(charts(measured(), "")) == {"pipeline", "growth"}


def test_the_page_gets_figures_and_pictures_between_its_marks(docs):
    text = (docs / PAGE).read_text()
    assert text.startswith(f"before\n{BEGIN}\n\n![pipeline](charts/pipeline.svg)")
    assert text.endswith(f"{END}\nafter\n")
    assert "last time" not in text
    assert "| make generate, nothing changed | ≤ 0.5 s | 0.5 (0.25-0.75) s | yes |" in text
    assert (docs / "charts" / "pipeline.svg").is_file()


def test_the_readme_gets_ours_and_what_people_use_instead(docs):
    text = (docs / README).read_text()
    assert f"| generate everything, cold | 4 s | {ALL_THREE}: 12 s |\n" in text
    assert "| generate when nothing has changed | 0.5 s |  |\n" in text
    assert "last time" not in text
    assert "decode" not in text


def test_figures_come_back_as_they_were(docs):
    data = json.loads((docs / FIGURES).read_text())
    assert list(results_of(data).figures()) == list(measured().figures())


def test_a_page_without_marks_is_told():
    with pytest.raises(ToolError, match=r"benchmarks\.md has no"):
        shown({"results": [], "about": ABOUT}, {PAGE: "no marks", README: ""})


def test_a_part_of_a_run_is_not_kept(capsys):
    assert main(["bench", "--record=1", "--only=get"]) == 2
    assert "leave ONLY and QUICK out" in capsys.readouterr().err


def test_the_documentation_shows_the_run_that_was_kept():
    pages = {name: (DOCS / name).read_text() for name in (PAGE, README)}
    made = shown(json.loads((DOCS / FIGURES).read_text()), pages)
    for name, text in made.items():
        assert (DOCS / name).read_text() == text, name
    assert {f"charts/{path.name}" for path in DOCS.glob("charts/*.svg")} < made.keys()
