"""The settings of the server, from options and from the environment."""

from __future__ import annotations

import subprocess
import sys

import httpx
import pytest

VARIABLES = [
    "HOST",
    "PORT",
    "DATABASE_URL",
    "API_KEY",
    "API_KEYS",
    "API_KEY_FILE",
    "ALLOW_HOSTS",
    "ALLOW_ORIGINS",
    "ACCESS_LOG",
    "LARGEST_BODY",
    "CONNECTIONS",
    "HEADER_TIME",
    "BODY_TIME",
    "STALL_TIME",
    "STOP_TIME",
]
WRONG = {
    "port": ["abc", "-1", "65536", "1.5", "\u0661", "1\n2"],
    "api-key": ["a\nb", "schl\u00fcssel", " k", "k\x7f"],
    "allow-host": ["*", "http://a.example", "a.example:80"],
    "allow-origin": [
        "*",
        "null",
        "a.example",
        "https://*.a.example",
        "https://a.example/",
        "https://a.example/path",
        "https://a.example?q",
        "https://u@a.example",
        "https://a.example:0",
        "https://a.example:65536",
        "https://a b",
        "file:///tmp",
    ],
    "largest-body": ["0", "8MB", "-1", "1.5MiB", "257MiB", "9" * 5000],
    "connections": ["0", "many", "1000001"],
    "header-time": ["0", "-1", "nan", "inf", "1e9", "soon", "99999.0000001"],
    "body-time": ["0"],
    "stall-time": ["0"],
    "stop-time": ["0"],
}
VARIABLE_OF = {
    "api-key": "API_KEY",
    "allow-host": "ALLOW_HOSTS",
    "allow-origin": "ALLOW_ORIGINS",
}


@pytest.fixture
def run(folder, package, tmp_path):
    """Run the server with options that make it stop by itself."""

    def run(*options, **environment):
        return subprocess.run(
            [sys.executable, "-m", package, *options],
            cwd=folder,
            env={"PATH": "/usr/bin", "DATABASE_URL": f"sqlite:///{tmp_path}/e.db", **environment},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    return run


@pytest.fixture
def settings(runtime, monkeypatch):
    """Reads settings in this process: options, then variables."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    contract = runtime("contract").Contract("Tides", "1", (), "X-Key", (1, 2))

    def settings(*options, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return runtime("settings").read_serve_settings(contract, "tides", options)

    return settings


@pytest.fixture
def misuse(settings, capsys):
    """Reads settings that are wrong; gives the line that says so."""

    def misuse(*options, **environment):
        with pytest.raises(SystemExit) as exited:
            settings(*options, **environment)
        assert exited.value.code == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.count("\n") == 1, said.err
        return said.err

    return misuse


@pytest.mark.parametrize(("option", "text"), [(o, t) for o, ts in WRONG.items() for t in ts])
def test_a_wrong_value_is_one_line_that_names_the_option_or_the_variable(misuse, option, text):
    assert f"--{option}" in misuse(f"--{option}={text}")
    variable = VARIABLE_OF.get(option, option.upper().replace("-", "_"))
    assert f" {variable}: " in misuse(**{variable: text})


@pytest.mark.parametrize("text", ["perhaps", "2", "truely"])
def test_what_is_neither_yes_nor_no_is_misuse(misuse, text):
    assert "ACCESS_LOG" in misuse(ACCESS_LOG=text)


@pytest.mark.parametrize("word", ["--nonsense", "--api", "extra\nline", "--port"])
def test_what_no_option_is_called_is_one_line(misuse, word):
    assert "--help" in misuse(*([word] if word.startswith("-") else ["--host", "h", word]))


def test_without_options_and_variables_there_are_the_defaults(settings, runtime):
    given = settings()
    assert (given.host, given.port, given.database_url) == (
        "127.0.0.1",
        None,
        "sqlite:///events.db",
    )
    assert (given.api_keys, given.allowed_hosts, given.allowed_origins) == ((), (), ())
    assert (given.access_log, given.repeatable) == (False, None)
    assert given.limits == runtime("limits").DEFAULT_LIMITS


def test_the_defaults_that_help_tells_are_those_of_the_limits(runtime):
    limits = runtime("limits").DEFAULT_LIMITS
    told = {name: s.help for name, s in runtime("settings").LIMIT_SETTINGS.items()}
    assert told.pop("body").endswith(f"; {limits.body // 2**20}MiB")
    for name, text in told.items():
        assert text.endswith(f"; {getattr(limits, name):g}"), name


def test_an_option_wins_over_its_variable_and_an_empty_variable_is_none(settings):
    assert settings("--port", "7", PORT="8").port == 7
    assert settings(PORT="8").port == 8
    assert settings(PORT="", HOST="", DATABASE_URL="", ACCESS_LOG="", API_KEY="").port is None
    assert settings(ALLOW_HOSTS="a.example, B.example,").allowed_hosts == ("a.example", "b.example")
    assert settings("--allow-host", "c", ALLOW_HOSTS="a.example").allowed_hosts == ("c",)
    assert settings(ACCESS_LOG="yes").access_log
    assert not settings("--no-access-log", ACCESS_LOG="yes").access_log


def test_origins_are_kept_as_browsers_send_them(settings):
    text = "HTTPS://A.Example:443,http://a.example:80,http://a.example:443,http://[::1]:8080"
    given = settings("--allow-origin", "vscode-webview://abc", ALLOW_ORIGINS=text)
    assert given.allowed_origins == ("vscode-webview://abc",)
    assert settings(ALLOW_ORIGINS=text).allowed_origins == (
        "https://a.example",
        "http://a.example",
        "http://a.example:443",
        "http://[::1]:8080",
    )


def test_sizes_and_times_reach_the_limits(settings):
    limits = settings("--largest-body", "200MiB", "--stall-time", "0.5", CONNECTIONS="7").limits
    assert (limits.body, limits.stall_time, limits.connections) == (200 * 2**20, 0.5, 7)
    assert limits.bodies >= limits.body
    assert limits.thing >= limits.body
    assert settings("--largest-body", "1000").limits.body == 1000


def test_keys_come_from_all_places(settings, tmp_path):
    file = tmp_path / "keys"
    file.write_text("# who: when\n one \n\ntwo#2\n")
    file.chmod(0o600)
    given = settings("--api-key", "three", API_KEYS="four, five,three", API_KEY_FILE=str(file))
    assert sorted(given.api_keys) == ["five", "four", "one", "three", "two#2"]
    assert settings(API_KEY="a,b", API_KEYS="", API_KEY_FILE="").api_keys == ("a,b",)


@pytest.mark.parametrize(
    ("content", "mode", "word"),
    [
        (None, 0, "No such file"),
        (b"", 0o600, "no key"),
        (b"# only\n \n", 0o600, "no key"),
        (b"good\nb\xffd\n", 0o600, "line 2"),
        (b"good\nb\0d\n", 0o600, "line 2"),
        (b"good\n", 0o602, "changed by everybody"),
        (b"x" * (2**20 + 1), 0o600, "larger than"),
    ],
)
def test_a_file_without_good_keys_is_one_line(misuse, tmp_path, content, mode, word):
    file = tmp_path / "keys"
    if content is not None:
        file.write_bytes(content)
        file.chmod(mode)
    for line in (misuse("--api-key-file", str(file)), misuse(API_KEY_FILE=str(file))):
        assert word in line
        assert "API_KEY_FILE" in line
        assert "good" not in line.replace(str(tmp_path), "")


def test_a_folder_is_no_file_of_keys(misuse, tmp_path):
    assert "directory" in misuse("--api-key-file", str(tmp_path))


def test_a_file_that_everybody_can_read_is_told_and_used(settings, tmp_path, capsys):
    file = tmp_path / "keys"
    file.write_text("one\n")
    file.chmod(0o644)
    assert settings("--api-key-file", str(file)).api_keys == ("one",)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "chmod 600" in said
    file.chmod(0o640)
    settings("--api-key-file", str(file))
    assert capsys.readouterr().err == ""


def test_no_message_shows_a_key(misuse):
    assert "s3cret" not in misuse(API_KEY="s3cret\x01")
    assert "s3cret" not in misuse(API_KEYS="a,s3cret\x01")
    assert "s3cret" not in misuse("--api-key", "s3cret\x01")


def test_help_lists_every_setting_with_its_variable_and_the_commands(run):
    for arguments in (["--help"], ["serve", "--help"]):
        help_ = run(*arguments).stdout
        for name in VARIABLES:
            assert name in help_, name


def test_version_is_one_line(run):
    result = run("--version")
    assert result.returncode == 0
    assert result.stdout.count("\n") == 1


def test_a_command_that_there_is_not_is_told_with_those_there_are(run):
    result = run("dance\n")
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "serve" in result.stderr


def test_serve_is_the_command_without_one(run):
    for arguments in ([], ["serve"]):
        result = run(*arguments, "--host", "0.0.0.0")
        assert result.returncode == 1
        assert "--api-key" in result.stderr


def test_every_key_of_a_file_opens_the_door(start, tmp_path):
    file = tmp_path / "keys"
    file.write_text("one\ntwo\n")
    file.chmod(0o600)
    server = start("--api-key-file", str(file))
    for key, status in (("one", 200), ("two", 200), ("three", 401)):
        reply = httpx.get(f"{server.url}/workstream_events", headers={"X-Application-ID": key})
        assert reply.status_code == status


def test_the_help_lists_every_variable_and_the_commands_and_statuses(run):
    text = run("--help").stdout

    assert [name for name in VARIABLES if name not in text] == []
    for word in ("export ", "import ", "completion ", "exit status:", "examples:"):
        assert word in text
    assert max(map(len, text.splitlines())) < 110


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        (["--allow"], {"--allow-host", "--allow-origin"}),
        (["ex"], {"export"}),
        (["export", "--ou"], {"--output"}),
    ],
)
def test_bash_completes_options_and_commands(run, offered, typed, wanted):
    assert offered(run("completion", "bash").stdout, *typed) == wanted


def test_a_shell_that_is_not_known_is_one_line(run):
    result = run("completion", "fish")

    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "bash" in result.stderr
