"""What the server's README says is so: its settings, its commands, and the program in it runs."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

OPTION = r"--[a-z][a-z-]+"
VARIABLE = r"\b[A-Z]+(?:_[A-Z]+)*\b"


@pytest.fixture(scope="module")
def readme(folder):
    return (folder / "README.md").read_text()


@pytest.fixture(scope="module")
def program(readme):
    """The one program in it."""
    (text,) = re.findall(r"```python\n(.*?)```", readme, re.S)
    return text


@pytest.fixture
def server(program, folder, tmp_path, launching_command):
    """That program, as somebody who wrote it into a file would start it."""
    file = tmp_path / "my_server.py"
    file.write_text(program)
    code = f"import runpy, sys; sys.path.insert(0, '.'); runpy.run_path({str(file)!r}, run_name='__main__')"
    url = f"sqlite:///{tmp_path}/e.db"
    command = [sys.executable, "-u", "-c", code, "serve", "--port", "0", "--database-url", url]
    return launching_command(command, folder)


def rows(readme, heading):
    """The table under a heading: its cells, as they are written."""
    section = readme.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_setting_is_in_the_table_with_its_variable_and_no_other(readme, command):
    help_ = command("serve", "--help").stdout.decode().partition("options:")[2]
    entries = re.split(r"\n  (?=-)", help_)
    offered = {
        re.search(OPTION, entry)[0]: set(re.findall(rf"\(({VARIABLE})[,)]", entry))
        for entry in entries
        if re.search(OPTION, entry)
    }
    described = {
        option.strip("`"): set(re.findall(VARIABLE, variable))
        for option, variable, _ in rows(readme, "Settings")
        if option
    }
    assert described == {o: v for o, v in offered.items() if o not in ("--help", "--version")}


def test_a_variable_without_an_option_is_one_that_the_help_names(readme, command):
    help_ = command("serve", "--help").stdout.decode()
    alone = [variable for option, variable, _ in rows(readme, "Settings") if not option]
    assert alone == ["`API_KEYS`"]
    assert "API_KEYS" in help_


def test_every_command_that_is_shown_is_one_that_the_program_takes(readme, command, folder):
    shown = re.findall(r"pieces-workstream-server (export|import)((?: --[a-z-]+)*)", readme)
    assert {name for name, _ in shown} == {"export", "import"}
    for name, options in set(shown):
        help_ = command(name, "--help").stdout.decode()
        assert [option for option in options.split() if option not in help_] == []


def test_every_page_in_the_table_answers_without_a_key(readme, keyed):
    paths = [path.strip("`") for path, _ in rows(readme, "Watching it")]
    assert len(paths) >= 3
    for path in paths:
        reply = keyed.client.get(path, headers={"X-Application-ID": ""})
        assert reply.status_code == 200, path


def test_the_handlers_in_the_table_are_those_that_there_are(readme, folder, package):
    described = [handler.strip("`") for _, handler in rows(readme, "Your own behaviour")]
    source = (folder / package / "handlers.py").read_text().partition("class StoreHandlers")[0]
    assert described == re.findall(r"async def (\w+)\(", source)


def test_the_program_in_it_serves_with_its_own_handler_and_the_others(server, seed):
    events = server.events
    refused = events.create()
    assert (refused.status_code, refused.text) == (422, "this server wants to know more\n")
    event = events.new(readable="typed")
    assert events.read(event["id"]) == event
    assert events.delete(event["id"]).status_code == 204
    server.process.terminate()
    said, errors = server.process.communicate(timeout=20)
    assert "readable='typed'" in said
    assert errors == ""


def test_the_program_in_it_has_the_types_that_it_says(program, folder, package, tmp_path):
    file = tmp_path / "my_server.py"
    file.write_text(program)
    command = (sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", tmp_path)
    result = subprocess.run(
        [*command, file],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def test_the_metrics_and_the_members_of_the_log_that_it_names_are_those_that_there_are(
    readme, start
):
    server = start("--access-log")
    server.events.new()
    counted = server.client.get("/metrics").text
    named = set(re.findall(r"`(http_\w+)`", readme))
    assert len(named) == 4
    assert [name for name in named if f"# TYPE {name} " not in counted] == []
    entry = json.loads(server.stop().splitlines()[0])
    (sentence,) = re.findall(r"a line of JSON to standard error.*?\.\s", readme, re.S)
    assert set(re.findall(r"`(\w+)`", sentence)) == set(entry)
