"""Running the application: a socket that listens, and a server on it."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import logging
import socket
import sys
import time
from collections.abc import Callable, Sequence

from starlette.applications import Starlette

from .context import repeatable_sources
from .contract import Contract
from .server import EarlySignals, Server
from .settings import ServeSettings
from .store import StoreError, open_store, shown_url

AppFactory = Callable[..., Starlette]
UNSENT = 64 * 1024
"""Bytes of a reply that the system keeps for a client, besides those on their way."""
SPARE_FILES = 256
"""Open files that a server needs besides its connections."""


def serve(contract: Contract, create_app: AppFactory, settings: ServeSettings, program: str) -> int:
    """Serve until stopped. Returns the exit status: 0 stopped, 1 could not start."""
    log_lines()
    early = EarlySignals()
    try:
        check_host(settings.host, settings.api_keys, contract)
        open_store_once(settings.database_url)
        listener = listen(settings.host, settings.port, contract.ports)
    except (OSError, StoreError) as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 1
    if early.noted:
        return 0
    allow_files(settings.limits.connections + SPARE_FILES)
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
    ready = f"listening on {url_of(listener)} ({shown})"
    Server(app, settings.limits, early, ready).run(sockets=[listener])
    return 0


def log_lines() -> None:
    """Write warnings and errors to standard error, each with its time (UTC) and where it is
    from."""
    formatter = logging.Formatter(
        "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def allow_files(count: int) -> None:
    """Ask the system for so many open files at once, or as many as it grants: 1024 is usual."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


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
            listener = socket.create_server(
                (host, candidate),
                family=socket.AF_INET6 if ":" in host else socket.AF_INET,
                backlog=2048,
            )
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise OSError(f"cannot listen on {host}:{candidate}: {error.strerror}") from error
            continue
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # inherited by what it accepts: little waits in
            # the system's buffers, so that a client that does not read is noticed
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)
        return listener
    taken = f"port {port} is" if port is not None else f"ports {first} to {last} are all"
    raise OSError(f"{taken} in use on {host}: choose another with --port")


def url_of(listener: socket.socket) -> str:
    """Where clients find it."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
