"""The help of the pipeline's commands, and completion by a real shell."""

import re
import shlex
import subprocess

import pytest

from specpipe.cli import actions, parser
from specpipe.workspace import ROOT

COMMANDS = next(action.choices for action in parser()._actions if action.choices)


def of_make():
    """Commands of the pipeline that the Makefile calls."""
    return set(re.findall(r"^\t@\$\(SPECPIPE\) (\w+)", (ROOT / "Makefile").read_text(), re.M))


def test_the_commands_are_those_of_make_and_completion():
    assert of_make() | {"completion"} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_tells_its_statuses_and_examples(name):
    text = COMMANDS[name].format_help()
    assert "exit status:\n  0 " in text
    assert re.search(r"^  2 .*\n(.*\n)*?  130 ", text, re.M)
    assert re.search(rf"^examples:\n  .*specpipe {name}.*\n      \w", text, re.M)


@pytest.mark.parametrize("name", COMMANDS)
def test_no_line_of_a_help_is_too_long_to_read(name):
    assert max(map(len, COMMANDS[name].format_help().splitlines())) <= 100


@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_is_understood(name):
    examples = re.findall(rf"specpipe ({name}.*)", COMMANDS[name].epilog)
    for example in examples:
        line = re.sub(r'\)"$| >.*$', "", example)
        assert parser().parse_args(shlex.split(line)).command


def test_every_option_says_what_it_is_for():
    silent = [action for action in actions(parser()) if action.help is None]
    assert [action.metavar for action in silent] == ["command"]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        (["gen"], "generate"),
        (["co"], "conformance corpus completion"),
        (["conformance", "--allow"], "--allow-writes"),
        (["conformance", "--profile", ""], "smoke quick deep"),
        (["lint", "--spec", "spec/openapi.y"], "spec/openapi.yaml"),
        (["check", "--out", "genera"], "generated"),
    ],
)
def test_bash_completes_commands_options_choices_and_files(offered, script, typed, wanted):
    assert offered(script, *typed) == set(wanted.split())


@pytest.fixture(scope="module")
def script():
    command = [ROOT / ".venv" / "bin" / "specpipe", "completion", "bash"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
