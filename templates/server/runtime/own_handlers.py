"""An implementer's own handlers beside the default behaviour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


def check_handlers(handlers: Any, names: Sequence[str]) -> None:
    """Raise ValueError when `handlers` is given and has none of the operations' `names`. What a
    function returns cannot be known yet."""
    made_later = callable(handlers) and not isinstance(handlers, type)
    if handlers is None or made_later or any(hasattr(handlers, name) for name in names):
        return
    raise ValueError(f"{handlers!r} implements no operation: name a method {names[0]}, ...")


def chosen_handlers(handlers: Any, defaults: Any, names: Sequence[str]) -> Callable[[str], Any]:
    """A function from an operation's name to what answers it: the method of `handlers` with that
    name, or else that of `defaults`. When `handlers` is a class or a function, it is called with
    `defaults` first, so that what it makes can fall back on them.

    Raises ValueError when what is made has none of the operations' `names`.
    """
    own = handlers(defaults) if callable(handlers) else handlers
    check_handlers(own, names)

    def handler_of(name: str) -> Any:
        return getattr(own, name, None) or getattr(defaults, name)

    return handler_of
