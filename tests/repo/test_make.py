"""The Makefile hands on what it is given, as it is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from specpipe.workspace import ROOT

SMALL = ROOT / "tests" / "golden" / "example-answers" / "spec.yaml"
MAKEFILE = (ROOT / "Makefile").read_text()
ODD = 'it\'s a "$HOME" $(shell echo no) \\ #1 $$ `x` é'
GIVEN = re.search(r"^GIVEN := (.*)$", MAKEFILE, re.M)[1].split()


def make(*arguments, cwd=ROOT, **variables):
    ours = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", *GIVEN)
    inherited = {key: value for key, value in os.environ.items() if key not in ours}
    return subprocess.run(
        ["make", *arguments],
        cwd=cwd,
        env=inherited | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def probe(tmp_path):
    """The Makefile in a folder where `python -m specpipe` says what it is given."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("requirements.lock", "pyproject.toml", "package.json", "package-lock.json"):
        (tmp_path / name).touch()
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(
        "#!/bin/bash\n"
        "printf 'argument=%s\\n' \"$@\"\n"
        "for n in API_KEY DATABASE_URL HOST PORT; do\n"
        '  [ -v $n ] && printf "$n=%s\\n" "${!n}"\n'
        "done\n"
        "tr '\\0' ' ' < /proc/$PPID/cmdline; echo\n"
    )
    python.chmod(0o755)
    (tmp_path / ".venv" / ".ready").touch()
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / ".ready").touch()
    return tmp_path


@pytest.mark.parametrize("given_by", ["environment", "argument"])
@pytest.mark.parametrize("target", ["generate", "check"])
def test_any_path_survives(probe, target, given_by):
    variables = {"SPEC": ODD, "OUT": f" {ODD} "}
    if given_by == "environment":
        done = make(target, cwd=probe, **variables)
    else:
        done = make(target, *(f"{k}={v}" for k, v in variables.items()), cwd=probe)
    lines = done.stdout.splitlines()
    assert f"argument=--spec={ODD}" in lines, done
    # make itself strips blanks in front of a value on its command line
    out = f" {ODD} " if given_by == "environment" else f"{ODD} "
    assert f"argument=--out={out}" in lines
    assert "argument=--targets=" in lines


def test_settings_of_the_server_survive_and_the_key_shows_in_no_argument(probe):
    key = "a'b $c $(d) \"e"
    done = make("serve", cwd=probe, API_KEY=key, DATABASE_URL=f"sqlite:///{ODD}", HOST="::1")
    lines = done.stdout.splitlines()
    assert f"API_KEY={key}" in lines, done
    assert f"DATABASE_URL=sqlite:///{ODD}" in lines
    assert "HOST=::1" in lines
    assert not [line for line in lines if line.startswith("PORT=")]
    assert [line for line in lines if "a'b" in line] == [f"API_KEY={key}"]


def test_settings_of_the_judge_survive_through_the_main_job(probe):
    done = make("all", cwd=probe, API_KEY="k'$k", REPORT_DIR=ODD, BASE_URL="http://h/$x", SEED="7")
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    for wanted in (f"--report-dir={ODD}", "--base-url=http://h/$x", "--seed=7", "--profile=quick"):
        assert f"argument={wanted}" in lines
    assert "API_KEY=k'$k" in lines
    assert not [line for line in lines if "argument" in line and "k'$k" in line]


def test_generating_into_a_path_with_a_space_and_a_quote(tmp_path):
    out = tmp_path / "it's here" / "$HOME"
    done = make("generate", f"OUT={out}", f"SPEC={SMALL}", "TARGETS=server")
    assert done.returncode == 0, done
    assert (out / "manifest.json").exists()
    assert make("check", f"OUT={out}", f"SPEC={SMALL}", "TARGETS=server").returncode == 0


@pytest.mark.parametrize("target", ["generate", "check"])
def test_an_empty_output_folder_is_refused(target):
    done = make(target, "OUT=")
    assert done.returncode == 2
    assert "OUT is empty" in done.stderr


def test_help_lists_every_target_and_only_variables_that_are_handed_on():
    said = make("help").stdout
    targets = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.M)[1].split()
    assert re.findall(r"^  make (\w+)", said, re.M) == targets
    named = set(re.findall(r"([A-Z_]+)=", said))
    assert named - {"ALLOW_WRITES"} <= set(GIVEN)


def test_nothing_that_is_given_stands_in_a_recipe_but_as_a_variable_of_the_shell():
    recipes = [line for line in MAKEFILE.splitlines() if line.startswith(("\t", "\t  "))]
    assert not [line for line in recipes if re.search(rf"\$\((?:{'|'.join(GIVEN)})\)", line)]


@pytest.fixture
def shell(tmp_path):
    """A PATH with what a shell needs, and what the tests put there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("bash", "make", "awk", "touch", "id"):
        (folder / name).symlink_to(shutil.which(name))
    return folder


def program(folder, name, text):
    (folder / name).write_text(f"#!/bin/bash\n{text}\n")
    (folder / name).chmod(0o755)


@pytest.fixture(params=["no Node.js", "an old one", "one without npm"])
def without_node(request, shell):
    """A PATH without a Node.js that will do."""
    if request.param == "an old one":
        program(shell, "npm", "exit 1")
        program(shell, "node", "echo v20.18.3")
    if request.param == "one without npm":
        program(shell, "node", "echo v22.1.0")
    return str(shell)


@pytest.fixture
def unready(probe):
    """The same folder, before the set-up of Node's tools."""
    (probe / "node_modules" / ".ready").unlink()
    return probe


@pytest.mark.parametrize("target", ["setup", "generate", "check", "test", "conformance", "bench"])
def test_without_node_everything_but_lint_is_ready(without_node, target, unready):
    done = make("--dry-run", target, cwd=unready, PATH=without_node)
    assert done.returncode == 0, done.stderr
    assert "npm ci" not in done.stdout


def test_without_node_lint_says_what_to_install(without_node, unready):
    done = make("lint", cwd=unready, PATH=without_node)
    assert done.returncode == 2
    (line,) = [line for line in done.stderr.splitlines() if not line.startswith("make: ")]
    assert "install" in line
    assert "Node.js 20" in line


@pytest.mark.parametrize("version", ["v20.19.0", "v22.0.0", "v100.0.0"])
def test_a_node_that_is_new_enough_gets_its_tools(shell, unready, version):
    program(shell, "npm", "exit 1")
    program(shell, "node", f"echo {version}")
    assert "npm ci" in make("--dry-run", "setup", cwd=unready, PATH=str(shell)).stdout


@pytest.mark.parametrize(
    ("targets", "waits"),
    [("", True), (" ", True), ("python,server", False), ("server,typescript", True)],
)
@pytest.mark.parametrize("target", ["generate", "check"])
def test_only_the_target_that_needs_node_waits_for_its_tools(unready, target, targets, waits):
    done = make("--dry-run", target, f"TARGETS={targets}", cwd=unready)
    assert ("npm ci" in done.stdout) is waits


def test_node_tools_are_installed_when_their_lock_is_newer(probe):
    os.utime(probe / "package-lock.json", (2e9, 2e9))
    assert "npm ci" in make("--dry-run", "lint", cwd=probe).stdout
    os.utime(probe / "node_modules" / ".ready", (2.1e9, 2.1e9))
    assert "npm ci" not in make("--dry-run", "lint", cwd=probe).stdout


def test_a_browser_that_is_there_is_not_installed_again(shell, probe):
    program(shell, "chromium", "exit 1")
    program(shell, "apt-get", "echo installs")
    done = make("browser", cwd=probe, PATH=str(shell))
    assert (done.returncode, done.stdout) == (0, "")


def test_root_on_debian_gets_a_browser(shell, probe):
    program(shell, "apt-get", 'echo "apt-get $@"')
    (shell / "id").unlink()
    program(shell, "id", "echo 0")
    done = make("browser", cwd=probe, PATH=str(shell))
    assert done.returncode == 0
    assert "install --yes --no-install-recommends chromium" in done.stdout


@pytest.mark.parametrize("who", ["somebody on Debian", "root elsewhere"])
def test_everybody_else_is_told_how_to_get_a_browser(shell, probe, who):
    (shell / "id").unlink()
    program(shell, "id", f"echo {0 if who == 'root elsewhere' else 1000}")
    if who == "somebody on Debian":
        program(shell, "apt-get", "echo installs")
    done = make("browser", cwd=probe, PATH=str(shell))
    assert done.returncode == 2
    assert "installs" not in done.stdout
    line, _ = done.stderr.splitlines()
    assert "apt-get install chromium" in line
