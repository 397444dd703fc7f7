"""What all calls of a client have in common, and how it becomes requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from . import _operation
from ._checks import (
    checked_header,
    checked_headers,
    checked_mapping,
    checked_retries,
    checked_timeout,
    checked_url,
)
from ._operation import Operation
from ._retry import Attempts
from .options import CallOptions, ClientOptions, Timeout, check_names
from .transport import Request


class Given(TypedDict, total=False):
    """What a call is given besides what is in its path. None in `query` or `body` is not
    sent."""

    query: Mapping[str, Any]
    body: Any
    options: CallOptions


class Settings:
    """What all calls of a client have in common."""

    __slots__ = ("_headers", "_key", "base_url", "retries", "timeout")

    def __init__(
        self,
        base_url: str,
        *,
        key: tuple[str, str | None] | None,
        headers: Mapping[str, str],
        timeout: float | Timeout | None,
        retries: int,
    ) -> None:
        """`key` is the name and the value of a header; without a value, or with an empty one, it
        is not sent. Raises InvalidArgument."""
        self.base_url = checked_url(base_url)
        self.timeout = checked_timeout(timeout)
        self.retries = checked_retries(retries)
        self._key: dict[str, str] = {}
        if key is not None and key[1] is not None and key[1] != "":
            self._key = {key[0].lower(): checked_header("api_key", key[1])}
        self._headers = checked_headers(headers)

    def __repr__(self) -> str:
        """Without the key, and complete before the settings are."""
        return f"<Settings {getattr(self, 'base_url', '…')}>"

    def changed(self, changes: Mapping[str, Any]) -> Settings:
        """The same with other values for `timeout` and `retries`, and with more `headers`."""
        check_names(changes, ClientOptions)
        other = Settings.__new__(Settings)
        other.base_url, other._key = self.base_url, self._key
        other.timeout = self.timeout
        if "timeout" in changes:
            other.timeout = checked_timeout(changes["timeout"])
        other.retries = checked_retries(changes.get("retries", self.retries))
        headers = checked_mapping("headers", changes.get("headers"))
        other._headers = self._headers | checked_headers(headers)
        return other

    def request(
        self,
        operation: Operation[Any],
        path: tuple[Any, ...],
        given: Given,
        options: CallOptions,
    ) -> Request:
        """The request for one call. Raises InvalidArgument, and TypeError for an option that there
        is not."""
        if options:
            check_names(options, CallOptions)
        fields, content = {"accept": operation.accept}, None
        if operation.body is not None:
            members = checked_mapping("extra_body", options.get("extra_body"))
            content = _operation.body(operation, given.get("body"), members)
            if content is not None:
                fields["content-type"] = operation.body.media_type
        if operation.secured:
            fields |= self._key
        fields |= self._headers  # what the caller says wins over what is known here
        timeout = self.timeout
        if options:
            headers = checked_mapping("extra_headers", options.get("extra_headers"))
            fields |= checked_headers(headers)
            if "timeout" in options:
                timeout = checked_timeout(options["timeout"])
        url = self.base_url + _operation.path(operation, path)
        shown = url = url + _operation.query(operation, given.get("query", {}))
        if extra := checked_mapping("extra_query", options.get("extra_query")):
            # From here on nothing is refused: a traceback would show what was added.
            url = _operation.with_extra_query(url, extra)
        return Request(operation.method, url, fields, content, timeout, shown)

    def attempts(
        self, operation: Operation[Any], request: Request, options: CallOptions
    ) -> Attempts:
        """The attempts that a call has."""
        retries = self.retries
        if "retries" in options:
            retries = checked_retries(options["retries"])
        return Attempts(operation.repeatable, retries, request.timeout.total)
