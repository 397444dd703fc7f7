"""An SDK that Stainless generated, of another API, as an adapter: what it takes until there is a
client. Nothing is called."""

from __future__ import annotations

from typing import Any


def client(base_url: str) -> Any:
    """A first client."""
    from browserbase import Browserbase  # type: ignore[import-not-found]

    return Browserbase(api_key="none", base_url=base_url)
