"""Which servers are on this machine, and the transport that a client has for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from .pyreqwest import PyreqwestTransport
    from .sockets import SocketTransport

_HOSTS = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|::1")
_PLAIN = re.compile(r"(?i:http)://[^/]+(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?")
"""http://, and a path that can be sent as it is."""


def is_local(base_url: str) -> bool:
    """Whether the server is on this machine. No proxy is asked for it."""
    return _HOSTS.fullmatch(urlsplit(base_url).hostname or "") is not None


def own_transport(base_url: str) -> PyreqwestTransport | SocketTransport:
    """What a client sends through that was given no transport. A call over pyreqwest takes two
    changes of threads, which on one machine is most of its time."""
    if is_local(base_url) and _PLAIN.fullmatch(base_url):
        from .sockets import SocketTransport

        return SocketTransport(base_url)
    from .pyreqwest import PyreqwestTransport

    return PyreqwestTransport(base_url)
