"""Dockerfile, compose file and proxy: no daemon runs here, so they are read and held against what
they have to fit: the package, the program, and each other."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib

import pytest
import yaml

from specpipe import pipeline
from specpipe.targets.server import CONTAINERS, ServerTarget
from specpipe.workspace import ROOT

INSTRUCTIONS = (
    "ARG FROM WORKDIR COPY RUN ENV USER VOLUME EXPOSE STOPSIGNAL HEALTHCHECK ENTRYPOINT CMD"
)
KEYS = {
    *("image", "build", "restart", "deploy", "depends_on", "environment", "ports", "volumes"),
    *("healthcheck", "read_only", "cap_drop", "security_opt", "stop_grace_period"),
}
"""What a service has of the compose specification, so that a word misspelt is told."""


@pytest.fixture(scope="module")
def dockerfile(folder):
    """Its instructions, in stages: [(word, rest), ...] each."""
    text = (folder / "Dockerfile").read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    parsed = [tuple(line.split(maxsplit=1)) for line in joined.splitlines()]
    assert {word for word, _ in parsed} <= set(INSTRUCTIONS.split())
    stages = [[]]
    for word, rest in parsed:
        if word == "FROM":
            stages.append([])
        stages[-1].append((word, rest))
    return stages


@pytest.fixture(scope="module")
def final(dockerfile):
    """The last stage: word to rest. COPY and RUN aside, each is there once."""
    words = [word for word, _ in dockerfile[-1] if word not in ("COPY", "RUN", "CMD")]
    assert len(words) == len(set(words))
    return dict(dockerfile[-1])


@pytest.fixture(scope="module")
def environment(final):
    """What ENV sets."""
    return dict(pair.split("=", 1) for pair in final["ENV"].split())


@pytest.fixture(scope="module")
def compose(folder):
    return yaml.safe_load((folder / "compose.yaml").read_text())


@pytest.fixture(scope="module")
def program(folder):
    """The console script that the package declares."""
    (name,) = tomllib.loads((folder / "pyproject.toml").read_text())["project"]["scripts"]
    return name


@pytest.fixture(scope="module")
def variables(command):
    """The environment variables that the program reads, as its help tells."""
    help_ = command("--help").stdout.decode()
    return set(re.findall(r"\b[A-Z]+_?[A-Z]+\b", help_))


def references(text):
    """The variables that a compose file takes from outside, each with what follows its name."""
    return dict(re.findall(r"\$\{([A-Z_]+)([^}]*)\}", text))


def test_everything_that_is_copied_exists(dockerfile, folder):
    copied = [rest.split() for stage in dockerfile for word, rest in stage if word == "COPY"]
    sources = [source for *parts, _ in copied for source in parts if not parts[0].startswith("--")]
    assert sorted(sources) == sorted(["pyproject.toml", "README.md", package_in(folder)])
    ignored = (folder / ".dockerignore").read_text().splitlines()
    assert "*" in ignored
    assert [s for s in sources if f"!{s}" not in ignored] == []


def package_in(folder):
    return next(path.parent.name for path in folder.glob("*/__main__.py"))


def test_a_later_stage_copies_what_an_earlier_one_made(dockerfile):
    names = [stage[0][1].split(" AS ")[1:] for stage in dockerfile[1:]]
    (copy,) = [rest for word, rest in dockerfile[-1] if word == "COPY"]
    assert re.fullmatch(r"--from=build (/\S+) \1", copy)
    assert names == [["build"], []]
    (run,) = [rest for word, rest in dockerfile[1] if word == "RUN"]
    assert copy.split()[-1] in run


def test_the_python_of_the_image_is_one_that_the_package_supports(dockerfile, folder):
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    (arg,) = [rest for word, rest in dockerfile[0] if word == "ARG"]
    assert project["requires-python"] == f">={arg.removeprefix('PYTHON=')}"
    assert [stage[0][1].split()[0] for stage in dockerfile[1:]] == ["python:${PYTHON}-slim"] * 2


def test_the_image_runs_the_program_as_nobody_in_particular(final, program, command):
    assert json.loads(final["ENTRYPOINT"]) == [program]
    assert json.loads(final["CMD"]) == ["serve"]
    assert command("serve", "--help").returncode == 0
    assert final["USER"] not in ("root", "0")
    assert f"useradd --system --uid 10001 --no-create-home {final['USER']} " in final["RUN"]


def test_the_image_sets_what_the_program_reads(environment, variables, final):
    ours = environment.keys() - {"PATH", "PYTHONUNBUFFERED", "SQLITE_TMPDIR"}
    assert ours == {"HOST", "PORT", "DATABASE_URL"}
    assert ours <= variables
    assert final["EXPOSE"] == environment["PORT"]


def test_what_is_stored_lies_on_a_volume_that_the_user_may_write(environment, final):
    volume = final["VOLUME"]
    assert environment["DATABASE_URL"].startswith(f"sqlite:///{volume}/")
    assert environment["SQLITE_TMPDIR"] == volume
    assert f"--owner={final['USER']} --mode=0700 {volume}" in final["RUN"]


def test_the_health_check_is_one_that_tells(final, start):
    _, command = final["HEALTHCHECK"].split("CMD ", 1)
    python, *arguments = json.loads(command)
    server = start(key="k")
    port = server.url.rpartition(":")[2]

    def check():
        return subprocess.run(
            [shutil.which(python), *arguments],
            env={"PORT": port, "http_proxy": "http://192.0.2.1:9"},
            capture_output=True,
            check=False,
        ).returncode

    assert check() == 0
    server.kill()
    assert check() == 1


def test_the_compose_file_has_what_compose_knows(compose):
    assert set(compose) == {"name", "services", "volumes"}
    for service in compose["services"].values():
        assert set(service) - KEYS == set()
        assert ("image" in service) != ("build" in service)


def test_services_wait_for_services_that_have_a_health_check(compose, final):
    services = compose["services"]
    for service in services.values():
        for name, waits in service.get("depends_on", {}).items():
            assert waits == {"condition": "service_healthy"}
            other = services[name]
            assert "healthcheck" in other or (other["build"] == "." and "HEALTHCHECK" in final)
    assert "server" in services["proxy"]["depends_on"]
    assert "database" in services["server"]["depends_on"]


def test_two_servers_share_the_database(compose, folder):
    server, database = compose["services"]["server"], compose["services"]["database"]
    assert server["deploy"]["replicas"] == 2
    assert "ports" not in server
    assert "container_name" not in server
    user, name = (database["environment"][each] for each in ("POSTGRES_USER", "POSTGRES_DB"))
    assert server["environment"]["DATABASE_URL"] == f"postgresql://{user}@database/{name}"
    assert server["environment"]["PGPASSWORD"] == database["environment"]["POSTGRES_PASSWORD"]
    assert f"--username={user}" in database["healthcheck"]["test"]


def test_the_database_is_kept_where_its_image_keeps_it(compose):
    """From PostgreSQL 18 on that is the folder above the old one."""
    database = compose["services"]["database"]
    assert database["image"] == "postgres:18"
    (volume,) = database["volumes"]
    name, path = volume.split(":")
    assert name in compose["volumes"]
    assert path == "/var/lib/postgresql"


def test_only_the_proxy_can_be_reached_and_from_this_machine_only(compose):
    published = {n: s["ports"] for n, s in compose["services"].items() if "ports" in s}
    assert list(published) == ["proxy"]
    assert all(port.startswith("127.0.0.1:") for port in published["proxy"])


def test_the_server_gets_what_it_reads(compose, variables):
    given = compose["services"]["server"]["environment"].keys() - {"PGPASSWORD"}
    assert given <= variables


def test_no_secret_is_in_a_file_and_none_may_be_left_out(folder, compose):
    text = (folder / "compose.yaml").read_text()
    taken = references(text)
    assert set(taken) == {"API_KEY", "POSTGRES_PASSWORD", "PORT", "ALLOW_HOSTS"}
    for name in ("API_KEY", "POSTGRES_PASSWORD"):
        assert re.fullmatch(rf":\?set {name} in \.env, see \.env\.example", taken[name])
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search("KEY|PASSWORD", name):
                assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value)
    example = (folder / ".env.example").read_text()
    assert set(re.findall(r"^#?([A-Z_]+)=", example, re.M)) == set(taken)
    assert set(re.findall(r"^([A-Z_]+)=$", example, re.M)) == {"API_KEY", "POSTGRES_PASSWORD"}
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()


def test_the_proxy_leads_to_the_servers(folder, compose, environment):
    proxy = compose["services"]["proxy"]
    text = (folder / "Caddyfile").read_text()
    upstream = dict(re.findall(r"^\t\t\t(name|port) (\S+)$", text, re.M))
    assert upstream == {"name": "server", "port": environment["PORT"]}
    assert upstream["name"] in compose["services"]
    listens = re.search(r"^:(\d+) \{$", text, re.M)[1]
    (port,) = proxy["ports"]
    assert port.endswith(f":{listens}")
    assert references(port) == {"PORT": f":-{environment['PORT']}"}
    assert proxy["volumes"] == ["./Caddyfile:/etc/caddy/Caddyfile:ro"]
    assert text.count("{") == text.count("}")


@pytest.mark.skipif(
    shutil.which("docker") is None
    or subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode
    != 0,
    reason="docker compose is not here",
)
def test_docker_compose_takes_the_file(folder):
    command = ["docker", "compose", "--file", str(folder / "compose.yaml"), "config", "--quiet"]
    for secrets, status in (({}, 1), ({"API_KEY": "k", "POSTGRES_PASSWORD": "p"}, 0)):
        environment = {"PATH": "/usr/bin:/usr/local/bin", **secrets}
        result = subprocess.run(command, env=environment, capture_output=True, check=False)
        assert result.returncode == status, result.stderr


def test_an_api_without_a_key_has_no_containers():
    """Its server listens on loopback only, which nothing outside a container can reach."""
    spec = ROOT / "tests" / "golden" / "example-answers" / "spec.yaml"
    tree = ServerTarget().render(*pipeline.read_spec(spec))
    assert not [path for path in tree if path.rpartition("/")[2] in CONTAINERS]
