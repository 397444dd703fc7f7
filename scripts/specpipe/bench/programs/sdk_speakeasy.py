"""An SDK that Speakeasy generated, of another API, as an adapter: what it takes until there is a
client. Nothing is called."""

from __future__ import annotations

from typing import Any


def client(base_url: str) -> Any:
    """A first client."""
    from dub import Dub  # type: ignore[import-not-found]

    return Dub(token="a", server_url=base_url)
