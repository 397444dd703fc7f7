"""Web pages of other origins that may use the server (CORS, fetch.spec.whatwg.org).

Starlette's middleware for it answers a preflight before the Host is checked, tells every origin
what the chosen ones may do, and stands in the way of each request, which is why this is our own.
Cookies are never allowed, and `Access-Control-Allow-Private-Network` is never sent.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from .headers import Fields, Headers
from .observation import REQUEST_ID
from .replies import Reply

_ORIGIN = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(:(?P<port>\d{1,5}))?"
)
_OWN_PORTS = {"http": "80", "https": "443"}
REMEMBERED = 600
"""Seconds for which the answer to a preflight may be kept."""


def origin_of(text: str) -> str:
    """An origin in the form that browsers send: lower case, without the scheme's own port. Raises
    ValueError when `text` is none."""
    match = _ORIGIN.fullmatch(text.strip().lower())
    if match is None or int(match["port"] or 1) not in range(1, 65_536):
        raise ValueError(
            f"{text!r} is no origin: give scheme://host or scheme://host:port, without a path and "
            "without wildcards"
        )
    port = match["port"] and str(int(match["port"]))
    own = port is None or port == _OWN_PORTS.get(match["scheme"])
    return f"{match['scheme']}://{match['host']}{'' if own else f':{port}'}"


class CrossOrigin:
    """What pages of `origins`, none by default, may do: all that others may who send the same
    header fields, `key_header` among them."""

    def __init__(self, origins: Collection[str] = (), key_header: str | None = None) -> None:
        self._origins = {origin_of(origin).encode() for origin in origins}
        allowed = [name for name in ("Content-Type", key_header, REQUEST_ID) if name]
        self._headers = ", ".join(allowed)

    def allows(self, headers: Headers) -> bool:
        """Whether a page of one of these origins sent the request."""
        given = headers.values(b"origin")
        return len(given) == 1 and given[0] in self._origins

    def fields(self, headers: Headers) -> Fields:
        """What goes with the answer: whether the page gets to see it."""
        if not self._origins:
            return ()
        if not self.allows(headers):
            return ((b"vary", b"Origin"),)
        return (
            (b"vary", b"Origin"),
            (b"access-control-allow-origin", headers.values(b"origin")[0]),
            (b"access-control-expose-headers", f"{REQUEST_ID}, Retry-After".encode()),
        )

    def preflight(self, method: str, headers: Headers, takes: Collection[str]) -> Reply | None:
        """The answer to the question whether a page may send a request to a path that `takes`
        these methods; None when the request is no such question, or of another origin."""
        asks = method == "OPTIONS" and headers.values(b"access-control-request-method")
        if not asks or not self.allows(headers):
            return None
        allowed = {
            "Access-Control-Allow-Methods": ", ".join(sorted(takes)),
            "Access-Control-Allow-Headers": self._headers,
            "Access-Control-Max-Age": str(REMEMBERED),
        }
        return Reply(204, headers=allowed)
