"""Defects in who may call."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from .planting import Modules, defect

KEY = "access/key"


def knowing(modules: Modules, known: Any) -> None:
    """Let `known` say whether a key that was given, None for none, is one of those there are."""

    def check(self: Any, headers: Any) -> None:
        given = headers.only(self._field)
        if not any(known(given, key) for key in self._keys):
            raise modules.replies.Refusal(401, "no", {"WWW-Authenticate": "ApiKey"})

    modules.dispatch.Authentication.check = check


@defect("access", KEY)
def no_key_is_needed(modules: Modules) -> None:
    """The key is not looked at."""
    knowing(modules, lambda given, key: True)


@defect("access", KEY)
def any_key_will_do(modules: Modules) -> None:
    """There has to be a key; which one does not matter."""
    knowing(modules, lambda given, key: bool(given))


@defect("access", KEY)
def no_key_is_a_key(modules: Modules) -> None:
    """A wrong key is refused, while none at all is accepted."""
    knowing(modules, lambda given, key: given is None or given == key)


@defect("access", KEY)
def an_empty_key_is_a_key(modules: Modules) -> None:
    """The header may be empty."""
    knowing(modules, lambda given, key: given in (b"", key))


@defect("access", KEY)
def the_start_of_the_key_suffices(modules: Modules) -> None:
    """The first letters of the key are accepted."""
    knowing(modules, lambda given, key: bool(given) and key.startswith(given))


@defect("access", KEY)
def what_follows_the_key_is_ignored(modules: Modules) -> None:
    """The key may go on after its end."""
    knowing(modules, lambda given, key: bool(given) and given.startswith(key))


@defect("access", KEY)
def the_key_has_no_case(modules: Modules) -> None:
    """The key is accepted in capitals too."""
    knowing(modules, lambda given, key: bool(given) and given.lower() == key.lower())


@defect("access", KEY)
def the_key_may_be_in_the_query(modules: Modules) -> None:
    """The key is accepted in the URL, where logs show it."""
    find = modules.dispatch.Dispatcher._find

    def lax(self: Any, request: Any, scope: Any, headers: Any) -> Any:
        name = self._authentication._name
        fields = parse_qs(scope["query_string"].decode("latin-1"))
        if name in fields:
            field = (name.lower().encode(), fields[name][0].encode())
            headers = modules.headers.Headers([*scope["headers"], field])
        return find(self, request, scope, headers)

    modules.dispatch.Dispatcher._find = lax


def unguarded(modules: Modules, chosen: Any) -> None:
    """Ask for no key at the operations that are `chosen`."""
    for operation in modules.contract_table.operations:
        if chosen(operation):
            object.__setattr__(operation, "secured", False)


@defect("access", KEY)
def the_key_guards_reading_only(modules: Modules) -> None:
    """Operations that change something ask for no key."""
    unguarded(modules, lambda operation: operation.method != "GET")


@defect("access", KEY)
def one_operation_is_open(modules: Modules) -> None:
    """The last operation of the spec asks for no key."""
    last = modules.contract_table.operations[-1]
    unguarded(modules, lambda operation: operation is last)


@defect("access", KEY)
def who_asks_twice_is_let_in(modules: Modules) -> None:
    """A second request with the same wrong key is accepted."""
    seen: set[bytes | None] = set()

    def known(given: bytes | None, key: bytes) -> bool:
        again = given in seen
        seen.add(given)
        return again or given == key

    knowing(modules, known)


@defect("access", KEY)
def the_key_is_checked_last(modules: Modules) -> None:
    """What a request without the key asks for is done; then it is refused."""
    check = modules.dispatch.Authentication.check
    answer = modules.endpoints.Endpoint.answer
    pending: dict[int, Exception] = {}

    def later(self: Any, headers: Any) -> None:
        try:
            check(self, headers)
        except modules.replies.Refusal as refusal:
            pending[id(headers)] = refusal

    async def answered(self: Any, match: Any, query: Any, headers: Any, receive: Any) -> Any:
        refusal = pending.pop(id(headers), None)
        try:
            return await answer(self, match, query, headers, receive)
        finally:
            if refusal is not None:
                raise refusal

    modules.dispatch.Authentication.check = later
    modules.endpoints.Endpoint.answer = answered
