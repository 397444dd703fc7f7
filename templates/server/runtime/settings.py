"""The settings of a server: options of the command line, each of which has a variable in the
environment too. An option wins over its variable; a variable that is empty counts as unset."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import fill
from typing import Any, Never

from .contract import Contract
from .keys import keys_in_file, printable_key
from .limits import Limits, limits_with
from .replies import one_line
from .values import host, number, origin, port, seconds, size, yes_or_no

DATABASE_URL = "sqlite:///events.db"
WIDTH = 78
"""Columns of a description in the help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """All that `serve` can be told. `port` is None for the first free one of the contract's
    range; `repeatable` is the seed of a run that can be repeated."""

    host: str
    port: int | None
    database_url: str
    api_keys: tuple[str, ...]
    allowed_hosts: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    access_log: bool
    limits: Limits
    repeatable: int | None


@dataclass(frozen=True, slots=True)
class Setting:
    """One of them: its option, its variable, and how its text is read (`read` raises ValueError
    with a line for a person). One that takes `several` is repeated as an option and separated by
    commas in the environment. The help lists it under its `group`."""

    option: str
    variable: str
    read: Callable[[str], Any]
    help: str
    metavar: str
    group: str = "options"
    several: bool = False


class OptionParser(argparse.ArgumentParser):
    """A parser whose complaints are one line on standard error; the exit status is 2."""

    def __init__(self, program: str, description: str, epilog: str | None = None) -> None:
        super().__init__(
            prog=program,
            description=fill(description, WIDTH),
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        self._groups: dict[str, Any] = {"options": self}

    def error(self, message: str) -> Never:
        """Exit with that message."""
        self.exit(2, f"{self.prog}: {one_line(message)} (--help lists the options)\n")

    def add(self, setting: Setting) -> None:
        """Add its option."""
        variable = f"{setting.variable}, by commas" if setting.several else setting.variable
        if setting.group not in self._groups:
            self._groups[setting.group] = self.add_argument_group(setting.group)
        self._groups[setting.group].add_argument(
            setting.option,
            action="append" if setting.several else "store",
            type=argument(setting.read),
            metavar=setting.metavar,
            help=f"{setting.help} ({variable})".replace("%", "%%"),
        )

    def value(self, given: argparse.Namespace, setting: Setting) -> Any:
        """What the command line gives, or else the environment; None or () when neither does.
        Exits with status 2 when it is wrong."""
        value = getattr(given, setting.option.lstrip("-").replace("-", "_"), None)
        text = os.environ.get(setting.variable, "")
        try:
            if setting.several:
                parts = (part.strip() for part in text.split(",") if part.strip())
                return tuple(map(setting.read, parts) if value is None else value)
            return setting.read(text) if value is None and text else value
        except ValueError as error:
            self.error(f"{setting.variable}: {error}")


def argument(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """`read`, with errors as argparse wants them."""

    def read_argument(text: str) -> Any:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return read_argument


DATABASE = Setting(
    "--database-url",
    "DATABASE_URL",
    str,
    f"where to keep what is stored; {DATABASE_URL} unless given",
    "URL",
    "storage",
)
"""Commands other than `serve` take it too."""


def serve_settings_table(contract: Contract) -> Mapping[str, Setting]:
    """The settings of `serve` but for yes and no, by their names here."""
    first, last = contract.ports
    sends = f" (clients send it as {contract.key_header})" if contract.key_header else ""
    return {
        "host": Setting(
            "--host", "HOST", str, "address to listen on; 127.0.0.1", "ADDRESS", "network"
        ),
        "port": Setting(
            "--port",
            "PORT",
            port,
            f"0 for any; by default the first free of {first}-{last}",
            "N",
            "network",
        ),
        "database": DATABASE,
        "key": Setting(
            "--api-key",
            "API_KEY",
            printable_key,
            f"a key to ask for{sends}; several: API_KEYS, by commas",
            "KEY",
            "access",
        ),
        **ACCESS_SETTINGS,
        **{name: replace(limit, group="limits") for name, limit in LIMIT_SETTINGS.items()},
    }


ACCESS_SETTINGS: Mapping[str, Setting] = {
    "key_file": Setting(
        "--api-key-file",
        "API_KEY_FILE",
        str,
        "a file of keys to ask for, one a line; lines that begin with # are left out",
        "FILE",
        "access",
    ),
    "hosts": Setting(
        "--allow-host",
        "ALLOW_HOSTS",
        host,
        "a name besides localhost that clients may call this server by; can be repeated",
        "NAME",
        "access",
        several=True,
    ),
    "origins": Setting(
        "--allow-origin",
        "ALLOW_ORIGINS",
        origin,
        "web pages that may use this server, as https://host:port; can be repeated",
        "ORIGIN",
        "access",
        several=True,
    ),
}
LIMIT_SETTINGS: Mapping[str, Setting] = {
    "body": Setting(
        "--largest-body", "LARGEST_BODY", size, "of one request, as 8MiB or in bytes; 8MiB", "SIZE"
    ),
    "connections": Setting(
        "--connections", "CONNECTIONS", number, "clients connected at once; 1000", "N"
    ),
    "header_time": Setting(
        "--header-time",
        "HEADER_TIME",
        seconds,
        "seconds that the header of a request may take to arrive; 10",
        "S",
    ),
    "body_time": Setting(
        "--body-time",
        "BODY_TIME",
        seconds,
        "seconds that a body may take, besides those it takes at 1 KiB/s; 20",
        "S",
    ),
    "stall_time": Setting(
        "--stall-time",
        "STALL_TIME",
        seconds,
        "seconds that a client may leave a reply unread before it is cut off; 30",
        "S",
    ),
    "stop_time": Setting(
        "--stop-time",
        "STOP_TIME",
        seconds,
        "seconds that requests may run on once the server is told to stop; 10",
        "S",
    ),
}
API_KEYS = Setting("", "API_KEYS", printable_key, "", "", several=True)
"""Has no option: a list of processes would show them."""
ACCESS_LOG = Setting("--access-log", "ACCESS_LOG", yes_or_no, "log each request", "")


def serve_parser(contract: Contract, program: str, epilog: str | None = None) -> OptionParser:
    """The options of `serve`."""
    options = OptionParser(
        program, f"A durable server of {contract.title} {contract.version}.", epilog
    )
    for setting in serve_settings_table(contract).values():
        options.add(setting)
    options.add_argument(
        "--access-log",
        action=argparse.BooleanOptionalAction,
        help="log each request on standard error (ACCESS_LOG)",
    )
    options.add_argument(
        "--repeatable",
        type=int,
        metavar="SEED",
        help="for tests: take ids and times from a seed, so that a run can be repeated exactly",
    )
    options.add_argument(
        "--version", action="version", version=f"{contract.title} {contract.version}"
    )
    return options


def read_serve_settings(
    contract: Contract, program: str, arguments: Sequence[str], epilog: str | None = None
) -> ServeSettings:
    """The settings of `serve`; exits with status 2 and one line when they are misused."""
    options = serve_parser(contract, program, epilog)
    given = options.parse_args(arguments)
    table = serve_settings_table(contract)
    value = {name: options.value(given, setting) for name, setting in table.items()}
    keys = [*options.value(given, API_KEYS), value["key"]]
    if value["key_file"]:
        try:
            found, warning = keys_in_file(value["key_file"])
        except (OSError, ValueError) as error:
            options.error(f"--api-key-file (API_KEY_FILE): {error}")
        keys += found
        if warning:
            print(f"{program}: {warning}", file=sys.stderr)
    return ServeSettings(
        host=value["host"] or "127.0.0.1",
        port=value["port"],
        database_url=value["database"] or DATABASE_URL,
        api_keys=tuple(dict.fromkeys(key for key in keys if key)),
        allowed_hosts=value["hosts"],
        allowed_origins=value["origins"],
        access_log=bool(options.value(given, ACCESS_LOG)),
        limits=limits_with(**{n: value[n] for n in LIMIT_SETTINGS if value[n] is not None}),
        repeatable=given.repeatable,
    )
