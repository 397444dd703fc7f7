"""What web pages may not do. A server on somebody's machine is within reach of every page that
they visit, so that each request has to tell that it was meant for this server:

- by its Host, against a name of the attacker's that resolves to this machine (DNS rebinding);
- by Sec-Fetch-Site and Origin, unless it only reads, against requests that a page sends without
  seeing the answer (cross-site request forgery). Clients that show no pages send neither.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from functools import lru_cache

from .cross_origin import CrossOrigin
from .headers import Headers
from .replies import Refusal

_NAME = re.compile(r"[a-z0-9._-]+")
_HOST = re.compile(rf"(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<name>{_NAME.pattern}))(?::\d{{1,5}})?")
ADDRESS = ""
"""Stands for the name of a host that is an IP address."""


def host_name(text: str) -> str:
    """A name of this server, as it is compared. Raises ValueError when it can be none."""
    name = text.strip().lower()
    if not _NAME.fullmatch(name):
        raise ValueError(f"{text!r} is no host name: give it without scheme, port and wildcards")
    return name


class Guard:
    """Tells the requests that are meant for this server, whatever their path: by `allowed_hosts`,
    localhost and IP addresses, and from its own pages and those that `cross_origin` allows."""

    def __init__(self, allowed_hosts: Collection[str], cross_origin: CrossOrigin) -> None:
        self._names = {ADDRESS, "localhost", *map(host_name, allowed_hosts)}
        self._cross_origin = cross_origin

    def check(self, method: str, headers: Headers) -> None:
        """Raise Refusal (421, 403) unless the request is meant for this server."""
        host = headers.only(b"host") or b""
        if name_in(host) not in self._names:
            shown = ", ".join(value.decode("latin-1") for value in headers.values(b"host"))
            raise Refusal(
                421,
                f"Host {shown!r} is not a name of this server: use an IP address or localhost, or "
                "start it with --allow-host",
            )
        if method not in ("GET", "HEAD") and not self._cross_origin.allows(headers):
            check_site(headers, host.decode("latin-1").lower())


@lru_cache(maxsize=64)
def name_in(host: bytes) -> str | None:
    """The name in a Host, at any port: ADDRESS for an IP address; None when it is malformed."""
    match = _HOST.fullmatch(host.decode("latin-1").lower())
    if match is None:
        return None
    v6, name = match["v6"], match["name"]
    try:
        ipaddress.IPv4Address(name) if v6 is None else ipaddress.IPv6Address(v6)
    except ValueError:
        return name
    return ADDRESS


def check_site(headers: Headers, host: str) -> None:
    """Raise Refusal (403) when the request tells that a page of another origin sends it."""
    for site in headers.values(b"sec-fetch-site"):
        if site not in (b"same-origin", b"none"):
            shown = site.decode("latin-1")
            raise Refusal(403, f"Sec-Fetch-Site {shown!r}: pages of other origins may not do this")
    for value in headers.values(b"origin"):
        origin = value.decode("latin-1").lower()
        if origin not in (f"http://{host}", f"https://{host}"):
            raise Refusal(403, f"Origin {origin!r}: pages of other origins may not do this")
