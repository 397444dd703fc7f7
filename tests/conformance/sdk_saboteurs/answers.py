"""Defects of SDKs in what they make of answers."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from .telling import DROP, Steps, edited, in_answers, on_texts


def with_answer(response: Any, change: Callable[[Any, Any], Any]) -> Any:
    return replace(response, body=edited(response.body, change))


def with_text(response: Any, pattern: str, instead: str) -> Any:
    return replace(response, body=re.sub(pattern.encode(), instead.encode(), response.body))


@in_answers(
    "return answer(await send(it), (n, v) => "
    "/no spec|proto|^x$/.test(n) && n !== '' ? undefined : v)"
)
def drops_unknown_members(request: Any) -> Steps:
    """Loses members of an answer that it does not know."""
    strange = re.compile("no spec|proto|^x$")
    response = yield request
    return with_answer(response, lambda n, v: DROP if n and strange.search(n) else v)


@in_answers("return answer(await send(it), (n, v) => v === null && n ? undefined : v)")
def takes_null_for_nothing(request: Any) -> Steps:
    """Loses members of an answer that are null."""
    response = yield request
    return with_answer(response, lambda name, v: DROP if v is None and name else v)


@in_answers("return swap(await send(it), /(:\\d\\d\\.\\d{3})\\d+/g, '$1')")
def cuts_digits(request: Any) -> Steps:
    """Keeps the milliseconds of date-times alone."""
    return with_text((yield request), r"(:\d\d\.\d{3})\d+", r"\1")


@in_answers(
    "return swap(await send(it), /(T\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?)[+-]\\d\\d:\\d\\d/g, '$1Z')"
)
def drops_offsets(request: Any) -> Steps:
    """Takes every date-time for one of UTC."""
    return with_text((yield request), r"(T\d\d:\d\d:\d\d(\.\d+)?)[+-]\d\d:\d\d", r"\1Z")


@in_answers(
    "return swap(await send(it), /(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d)\"/g, '$1Z\"')"
)
def takes_naive_times(request: Any) -> Steps:
    """Takes date-times without an offset for ones of UTC."""
    return with_text((yield request), r'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)"', r'\1Z"')


@in_answers("return answer(await send(it), (n, v) => typeof v === 'string' ? v.trim() : v)")
def trims_answers(request: Any) -> Steps:
    """Takes the blanks off texts of an answer."""
    response = yield request
    return with_answer(response, on_texts(str.strip))


@in_answers(
    "return answer(await send(it), (n, v) => "
    "typeof v === 'string' && /^\\d+$/.test(v) ? Number(v) : v)"
)
def takes_texts_for_numbers(request: Any) -> Steps:
    """Takes a text of digits for a number."""

    def number(_: Any, value: Any) -> Any:
        return int(value) if isinstance(value, str) and re.fullmatch("[0-9]+", value) else value

    return with_answer((yield request), number)


@in_answers('return swap(await send(it), /"NOT_YET_KNOWN"/g, \'"OTHER"\')')
def replaces_unknown_words(request: Any) -> Steps:
    """Makes one word of all that an enumeration does not have yet."""
    return with_text((yield request), '"NOT_YET_KNOWN"', '"OTHER"')


@in_answers(
    "return answer(await send(it), (n, v) => Array.isArray(v) ? v.filter((i) => i !== null) : v)"
)
def drops_null_items(request: Any) -> Steps:
    """Loses nulls in lists, which are not allowed there."""

    def filtered(_: Any, value: Any) -> Any:
        return [it for it in value if it is not None] if isinstance(value, list) else value

    return with_answer((yield request), filtered)


@in_answers(
    "const found = await send(it); "
    "if (found.status > 200 && found.status < 300) found.status = 200; return found"
)
def takes_any_success(request: Any) -> Steps:
    """Takes every 2xx for 200."""
    response = yield request
    return replace(response, status=200) if 200 < response.status < 300 else response


@in_answers(
    "const found = await send(it); if (found.status === 418) found.status = 500; return found"
)
def renames_a_status(request: Any) -> Steps:
    """Tells 500 for 418."""
    response = yield request
    return replace(response, status=500) if response.status == 418 else response


@in_answers(
    "const found = await send(it); if (found.status === 410) found.status = 500; return found"
)
def does_not_know_gone(request: Any) -> Steps:
    """Tells 500 for 410."""
    response = yield request
    return replace(response, status=500) if response.status == 410 else response


@in_answers(
    "const found = await send(it); if (found.status !== 200) return found; "
    "try { JSON.parse(words(found)); } catch { found.bytes = kept ?? found.bytes; } "
    "kept = found.bytes; return found"
)
def mends_broken_json(request: Any) -> Steps:
    """Gives the last answer again when one is no JSON."""
    response = yield request
    try:
        json.loads(response.body)
    except (ValueError, RecursionError):
        return replace(response, body=KEPT.get("body", response.body))
    if response.status == 200:
        KEPT["body"] = response.body
    return response


KEPT: dict[str, bytes] = {}


@in_answers(
    "const found = await send(it); "
    "found.headers.set('content-type', "
    "found.headers.get('content-type')?.replace(/text.html/, 'application/json') ?? ''); "
    "return found"
)
def takes_pages(request: Any) -> Steps:
    """Takes what is called HTML for JSON."""
    response = yield request
    given = response.headers.get("content-type", "").replace("text/html", "application/json")
    return replace(response, headers={**response.headers, "content-type": given})


@in_answers(
    "const found = await send(it); if (/;/.test(found.headers.get('content-type') ?? '')) "
    "found.headers.set('content-type', 'text/x'); return found"
)
def knows_no_parameters(request: Any) -> Steps:
    """Does not take a media type with a parameter."""
    response = yield request
    given = response.headers.get("content-type", "")
    headers = {**response.headers, "content-type": "text/x" if ";" in given else given}
    return replace(response, headers=headers)


@in_answers(
    "const found = await send(it); "
    "if (found.bytes.length) try { JSON.parse(words(found)); } "
    "catch { throw new RangeError('what is this?'); } return found"
)
def raises_what_it_pleases(request: Any) -> Steps:
    """Raises an error that nobody documented for what is no JSON."""
    response = yield request
    if response.body:
        try:
            json.loads(response.body)
        except (ValueError, RecursionError):
            raise LookupError("what is this?") from None
    return response


@in_answers(
    "try { return await send(it); } catch { return { status: 200, bytes: encoder.encode('{}'), "
    "headers: new Headers({ 'content-type': 'application/json' }) }; }"
)
def hides_broken_connections(request: Any) -> Steps:
    """Makes an empty answer of a connection that broke."""
    try:
        return (yield request)
    except Exception as error:
        response = sdk_response(error)
        return response(200, {"content-type": "application/json"}, EMPTY)


EMPTY = b"{}"


def sdk_response(error: Exception) -> Any:
    """The class of answers of the SDK that raised an error."""
    package = type(error).__module__.partition(".")[0]
    return importlib.import_module(f"{package}.transport").Response


@in_answers(
    "const name = it.method + it.url; if (it.method === 'GET' && cache.has(name)) "
    "return { ...cache.get(name), headers: new Headers(cache.get(name).headers) }; "
    "const found = await send(it); if (found.status === 200) cache.set(name, found); return found"
)
def remembers_answers(request: Any) -> Steps:
    """Gives what it has got before for what it has asked before."""
    if request.method == "GET" and request.url in CACHE:
        return CACHE[request.url]
    response = yield request
    if response.status == 200:
        CACHE[request.url] = response
    return response


CACHE: dict[str, Any] = {}
