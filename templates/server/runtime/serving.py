"""Running the application: settings from the command line and the environment, then uvicorn."""

from __future__ import annotations

import argparse
import contextlib
import errno
import ipaddress
import os
import socket
import sys
from collections.abc import Callable, Sequence

import uvicorn
from starlette.applications import Starlette

from .context import repeatable_sources
from .contract import Contract
from .guard import host_name
from .store import StoreError, open_store, shown_url

AppFactory = Callable[..., Starlette]


def main(
    contract: Contract, create_app: AppFactory, program: str, arguments: Sequence[str] | None = None
) -> int:
    """The command line. Returns the exit status: 0 stopped, 1 could not start, 2 misused."""
    settings = read_settings(contract, program, arguments)
    keys = [key for key in (settings.api_key,) if key]
    try:
        check_host(settings.host, keys, contract)
        open_store_once(settings.database_url)
        listener = listen(settings.host, settings.port, contract.ports)
    except (OSError, StoreError) as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 1
    seed = settings.repeatable
    app = create_app(
        database_url=settings.database_url,
        api_keys=keys,
        allowed_hosts=settings.allow_host,
        sources=None if seed is None else repeatable_sources(seed),
    )
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    print(f"listening on http://{shown}:{port} ({shown_url(settings.database_url)})", flush=True)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=10,
        lifespan="on",
        ws="none",
    )
    with contextlib.suppress(KeyboardInterrupt):  # raised once more after an orderly stop
        uvicorn.Server(config).run(sockets=[listener])
    return 0


def check_host(host: str, keys: Sequence[str], contract: Contract) -> None:
    """Raise OSError when everybody in the network could use the server."""
    if is_loopback(host):
        return
    if not any(operation.secured for operation in contract.operations):
        raise OSError(
            f"{host} is not a loopback address, and no operation of this API asks for a key: it "
            "can be served on this machine only"
        )
    if not keys:
        raise OSError(
            f"{host} is not a loopback address: give --api-key to listen beyond this machine"
        )


def read_settings(
    contract: Contract, program: str, arguments: Sequence[str] | None
) -> argparse.Namespace:
    """The settings; exits with status 2 and a line for a person when they are misused."""
    options = parser(contract, program)
    settings = options.parse_args(arguments)
    if settings.allow_host is None:
        names = os.environ.get("ALLOW_HOSTS", "").split(",")
        try:
            settings.allow_host = [allowed_host(name) for name in names if name.strip()]
        except argparse.ArgumentTypeError as error:
            options.error(f"ALLOW_HOSTS: {error}")
    return settings


def parser(contract: Contract, program: str) -> argparse.ArgumentParser:
    """The options; each can also be given in the environment."""
    first, last = contract.ports
    options = argparse.ArgumentParser(
        prog=program, description=f"A durable server of {contract.title} {contract.version}."
    )
    options.add_argument(
        "--host", default=os.environ.get("HOST") or "127.0.0.1", help="address to listen on (HOST)"
    )
    options.add_argument(
        "--port",
        type=port_number,
        default=os.environ.get("PORT") or None,
        help=f"port to listen on, 0 for any; by default the first free of {first}-{last} (PORT)",
    )
    options.add_argument(
        "--database-url",
        default=os.environ.get("DATABASE_URL") or "sqlite:///events.db",
        help="where to keep what is stored (DATABASE_URL)",
    )
    options.add_argument(
        "--api-key",
        default=os.environ.get("API_KEY"),
        help=f"the key that clients must send as {contract.key_header} (API_KEY)",
    )
    options.add_argument(
        "--allow-host",
        type=allowed_host,
        action="append",
        metavar="NAME",
        help="a name besides localhost that clients may call this server by; can be repeated "
        "(ALLOW_HOSTS, separated by commas)",
    )
    options.add_argument(
        "--repeatable",
        type=int,
        metavar="SEED",
        help="for tests: take ids and times from a seed, so that a run can be repeated exactly",
    )
    return options


def allowed_host(text: str) -> str:
    """A name for `--allow-host`. Raises ArgumentTypeError."""
    try:
        return host_name(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def port_number(text: str) -> int:
    """A port, 0 included. Raises ArgumentTypeError."""
    if not text.isascii() or not text.isdigit() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 0 to 65535")
    return int(text)


def is_loopback(host: str) -> bool:
    """Whether `host` can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def open_store_once(url: str) -> None:
    """Open and close the store, so that a database that cannot be used is told before anything
    listens. Raises StoreError."""
    import asyncio

    async def once() -> None:
        await (await open_store(url)).close()

    asyncio.run(once())


def listen(host: str, port: int | None, ports: tuple[int, int]) -> socket.socket:
    """A listening socket at `port`, or at the first free one of `ports`; port 0 is any free one.

    Raises OSError with a line for a person.
    """
    first, last = ports
    candidates = range(first, last + 1) if port is None else [port]
    for candidate in candidates:
        try:
            return socket.create_server(
                (host, candidate),
                family=socket.AF_INET6 if ":" in host else socket.AF_INET,
                backlog=2048,
            )
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise OSError(f"cannot listen on {host}:{candidate}: {error.strerror}") from error
    taken = f"port {port} is" if port is not None else f"ports {first} to {last} are all"
    raise OSError(f"{taken} in use on {host}: choose another with --port")
