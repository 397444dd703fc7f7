"""Running the application: a socket that listens, and a server on it."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import NoReturn

from starlette.applications import Starlette

from .context import repeatable_sources
from .contract import Contract
from .server import Server
from .settings import ServeSettings
from .store import StoreError, open_store, shown_url

AppFactory = Callable[..., Starlette]


def serve(contract: Contract, create_app: AppFactory, settings: ServeSettings, program: str) -> int:
    """Serve until stopped. Returns the exit status: 0 stopped, 1 could not start."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop_early)
    try:
        check_host(settings.host, settings.api_keys, contract)
        open_store_once(settings.database_url)
        listener = listen(settings.host, settings.port, contract.ports)
    except (OSError, StoreError) as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 1
    seed = settings.repeatable
    app = create_app(
        database_url=settings.database_url,
        api_keys=settings.api_keys,
        allowed_hosts=settings.allowed_hosts,
        allowed_origins=settings.allowed_origins,
        limits=settings.limits,
        access_log=settings.access_log,
        sources=None if seed is None else repeatable_sources(seed),
    )
    shown = shown_url(settings.database_url)
    print(f"listening on {url_of(listener)} ({shown})", flush=True)
    Server(app, settings.limits).run(sockets=[listener])
    return 0


def stop_early(number: int, frame: FrameType | None) -> NoReturn:
    """What a signal does before the server is there to handle it."""
    raise SystemExit(0)


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


def url_of(listener: socket.socket) -> str:
    """Where clients find it."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
