"""Which port of this machine a server listens on.

All ports are asked at once whether a server is up, without a key. Whatever listens there may be no
server of this API: it is read up to its status and no further, and has a short time to say it.
"""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, suppress

from .errors import ConnectionError, InvalidArgument

_HOST = "127.0.0.1"
_SECONDS = 0.5
"""For all ports of a wave. Where nothing listens, the answer is there at once."""
_WAVE = 64
"""Ports that are asked at once: a process may not have many more files open."""
_UP = re.compile(rb"HTTP/1\.[01] 200[ \r]")
_LENGTH = len(b"HTTP/1.1 200 ")
_READ = 4096
"""Bytes at once: an ordinary answer as a whole, so that closing does not break it off."""


def find(ports: Sequence[int]) -> int:
    """The first of `ports`, in their order, where a server is up. Raises ConnectionError."""
    for wave in _waves(ports):
        if (port := _first(wave)) is not None:
            return port
    raise _nothing(ports)


async def find_async(ports: Sequence[int]) -> int:
    """The same, awaited. Raises InvalidArgument in another event loop than asyncio's, without
    anyio."""
    from asyncio import create_task, gather, get_running_loop

    try:
        get_running_loop()
    except RuntimeError:
        return await _in_a_thread(ports)
    for wave in _waves(ports):
        tasks = [create_task(_is_up(port)) for port in wave]
        try:
            for port, task in zip(wave, tasks, strict=True):
                if await task:
                    return port
        finally:
            for task in tasks:
                task.cancel()
            await gather(*tasks, return_exceptions=True)
    raise _nothing(ports)


async def _in_a_thread(ports: Sequence[int]) -> int:
    """For event loops that only anyio knows, and those who use one have it."""
    try:
        from anyio.to_thread import run_sync
    except ImportError:
        reason = "discover: needs asyncio, or anyio in another event loop"
    else:
        return await run_sync(find, ports, abandon_on_cancel=True)
    raise InvalidArgument(reason)


def _waves(ports: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ports), _WAVE):
        yield ports[start : start + _WAVE]


def _first(ports: Sequence[int]) -> int | None:
    up: dict[int, bool] = {}
    end = time.monotonic() + _SECONDS
    with ExitStack() as opened:
        selector = opened.enter_context(selectors.DefaultSelector())
        for port in ports:
            connection = opened.enter_context(socket.socket())
            talk = _talk(connection, port)
            selector.register(connection, next(talk), (port, talk))
        while not _is_decided(ports, up) and (left := end - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                port, talk = key.data
                try:
                    selector.modify(key.fileobj, next(talk), key.data)
                except (StopIteration, OSError) as over:
                    selector.unregister(key.fileobj)
                    up[port] = isinstance(over, StopIteration) and over.value
    return next((port for port in ports if up.get(port)), None)


def _is_decided(ports: Sequence[int], up: dict[int, bool]) -> bool:
    """Whether no port before the first one that is up can still turn out to be up."""
    for port in ports:
        if up.get(port, True):
            return port in up
    return True


def _talk(connection: socket.socket, port: int) -> Generator[int, None, bool]:
    """Ask at `port` and give whether a server is up; says in between what to wait for."""
    connection.setblocking(False)
    connection.connect_ex((_HOST, port))
    yield selectors.EVENT_WRITE
    connection.sendall(_question(port))
    said = b""
    while len(said) < _LENGTH:
        yield selectors.EVENT_READ
        if not (part := connection.recv(_READ)):
            break
        said += part
    return _says_up(said)


async def _is_up(port: int) -> bool:
    from asyncio import open_connection, timeout

    with suppress(OSError, EOFError):
        async with timeout(_SECONDS):
            reader, writer = await open_connection(_HOST, port)
            try:
                writer.write(_question(port))
                return _says_up(await reader.readexactly(_LENGTH))
            finally:
                writer.transport.abort()
    return False


def _question(port: int) -> bytes:
    return (
        f"HEAD /.well-known/health HTTP/1.1\r\nHost: {_HOST}:{port}\r\nConnection: close\r\n\r\n"
    ).encode()


def _says_up(said: bytes) -> bool:
    return _UP.match(said) is not None


def _nothing(ports: Sequence[int]) -> ConnectionError:
    spans: list[list[int]] = []
    for port in ports:
        if spans and spans[-1][-1] + 1 == port:
            spans[-1][1:] = [port]
        else:
            spans.append([port])
    shown = ", ".join("-".join(map(str, span)) for span in spans)
    error = ConnectionError(
        f"no server is up on {_HOST}, ports {shown}: start it, or pass its base_url"
    )
    error.sent = False
    return error
