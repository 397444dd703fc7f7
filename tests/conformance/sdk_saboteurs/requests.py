"""Defects of SDKs in what they send."""

from __future__ import annotations

import http.client
import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit

from msgspec.structs import replace

from .telling import (
    DROP,
    OTHERS,
    Steps,
    in_requests,
    on_texts,
    with_body,
    with_headers,
    with_path,
    with_query,
)


@in_requests("it.method = it.method === 'POST' ? 'PUT' : it.method; return send(it)")
def wrong_method(request: Any) -> Steps:
    """Sends PUT for POST."""
    return (yield replace(request, method=request.method.replace("POST", "PUT")))


@in_requests("it.url = it.url.replace(/(\\?|$)/, '/$1'); return send(it)")
def adds_a_slash(request: Any) -> Steps:
    """Ends every path with a slash."""
    return (yield with_path(request, lambda path: path + "/"))


@in_requests("it.url = it.url.replace(/^[^?]*/, (p) => p.replaceAll('%', '%25')); return send(it)")
def encodes_the_path_twice(request: Any) -> Steps:
    """Percent-encodes what is percent-encoded."""
    return (yield with_path(request, lambda path: path.replace("%", "%25")))


@in_requests("it.url = it.url.replaceAll('%2F', '/'); return send(it)")
def leaves_slashes(request: Any) -> Steps:
    """Does not percent-encode slashes."""
    return (yield replace(request, url=request.url.replace("%2F", "/")))


@in_requests("it.url = it.url.replaceAll('%20', '+'); return send(it)")
def plus_for_blank(request: Any) -> Steps:
    """Writes blanks as plus signs, also in paths."""
    return (yield replace(request, url=request.url.replace("%20", "+")))


@in_requests("it.url = it.url.replace(/%[89A-F][0-9A-F]/g, '%3F'); return send(it)")
def ascii_only(request: Any) -> Steps:
    """Sends a question mark for each byte of what is not ASCII."""
    return (yield replace(request, url=re.sub(r"%[89A-F][0-9A-F]", "%3F", request.url)))


@in_requests("it.url = it.url.replace(/\\?[^&]*&?/, '?').replace(/\\?$/, ''); return send(it)")
def forgets_a_parameter(request: Any) -> Steps:
    """Leaves the first parameter of the query out."""
    return (yield with_query(request, lambda query: query.partition("&")[2]))


@in_requests("it.url = it.url.replace(/\\?([^&]*)/, '?$1&$1'); return send(it)")
def repeats_a_parameter(request: Any) -> Steps:
    """Sends the first parameter of the query twice."""
    return (yield with_query(request, lambda query: f"{query.partition('&')[0]}&{query}"))


@in_requests("it.url = it.url.replace(/=true|=false/g, (t) => t.toUpperCase()); return send(it)")
def shouts_booleans(request: Any) -> Steps:
    """Writes TRUE for true."""
    change = re.compile("=true|=false")
    return (yield with_query(request, lambda q: change.sub(lambda it: it[0].upper(), q)))


@in_requests("it.url = it.url.replace(/=(-?\\d+)(?=&|$)/g, '=$1.0'); return send(it)")
def integers_as_floats(request: Any) -> Steps:
    """Writes 6.0 for 6 in the query."""
    return (yield with_query(request, lambda q: re.sub(r"=(-?\d+)(?=&|$)", r"=\1.0", q)))


@in_requests(
    "it.url = it.url.replace(/T(\\d\\d)(%3A\\d\\d%3A)/gi, "
    "(_, h, r) => `T${String((+h + 1) % 24).padStart(2, '0')}${r}`); return send(it)"
)
def local_times(request: Any) -> Steps:
    """Sends date-times of the query in local time, called UTC."""

    def later(found: re.Match[str]) -> str:
        return f"T{(int(found[1]) + 1) % 24:02}{found[2]}"

    return (yield with_query(request, lambda q: re.sub(r"[Tt](\d\d)(%3A\d\d%3A)", later, q)))


@in_requests("it.url = it.url.replace(/(%3A\\d\\d\\.\\d{3})\\d+/g, '$1'); return send(it)")
def cuts_fractions(request: Any) -> Steps:
    """Sends milliseconds of date-times in the query."""
    return (yield with_query(request, lambda q: re.sub(r"(%3A\d\d\.\d{3})\d+", r"\1", q)))


@in_requests("delete it.headers[KEY]; return send(it)")
def forgets_the_key(request: Any) -> Steps:
    """Sends no key."""
    headers = {name: value for name, value in request.headers.items() if name in OTHERS}
    return (yield replace(request, headers=headers))


@in_requests(
    "it.url += (it.url.includes('?') ? '&' : '?') + 'key=' + it.headers[KEY]; return send(it)"
)
def shows_the_key(request: Any) -> Steps:
    """Sends the key in the query as well."""
    key = next((v for k, v in request.headers.items() if k not in OTHERS), "")
    mark = "&" if "?" in request.url else "?"
    return (yield replace(request, url=f"{request.url}{mark}key={key}"))


@in_requests("it.headers.accept = '*/*'; return send(it)")
def accepts_anything(request: Any) -> Steps:
    """Says that it accepts anything."""
    return (yield with_headers(request, accept="*/*"))


@in_requests("it.headers['content-type'] = 'application/json'; return send(it)")
def a_type_without_a_body(request: Any) -> Steps:
    """Says that there is JSON where there is nothing."""
    return (yield with_headers(request, content_type="application/json"))


@in_requests("if (it.body) it.headers['content-type'] = 'text/plain'; return send(it)")
def a_wrong_type(request: Any) -> Steps:
    """Calls its JSON text."""
    return (yield with_headers(request, content_type="text/plain") if request.body else request)


@in_requests("it.headers['x-client'] = 'me'; return send(it)")
def adds_a_header(request: Any) -> Steps:
    """Sends a header that nobody asked for."""
    return (yield with_headers(request, x_client="me"))


@in_requests("it.body = json(it.body, (n, v) => v === null && n ? undefined : v); return send(it)")
def leaves_nulls_out(request: Any) -> Steps:
    """Leaves members out of a body that are null."""
    return (yield with_body(request, lambda name, v: DROP if v is None and name else v))


@in_requests(
    "it.body = json(it.body, (n, v) => n === '' ? v : "
    "/no spec|proto|^x_/.test(n) ? undefined : v); return send(it)"
)
def loses_unknown_members(request: Any) -> Steps:
    """Leaves members that it does not know out of a body."""
    strange = re.compile("no spec|proto|^x_")
    return (yield with_body(request, lambda n, v: DROP if n and strange.search(n) else v))


@in_requests(
    "it.body = json(it.body, (n, v) => typeof v === 'string' ? v.trim() : v); return send(it)"
)
def trims_texts(request: Any) -> Steps:
    """Takes the blanks off texts in a body."""
    return (yield with_body(request, on_texts(str.strip)))


@in_requests(
    "it.body = json(it.body, (n, v) => typeof v === 'string' ? v.normalize() : v); return send(it)"
)
def composes_texts(request: Any) -> Steps:
    """Sends texts of a body in Unicode's composed form."""
    return (yield with_body(request, on_texts(lambda it: unicodedata.normalize("NFC", it))))


@in_requests(
    "it.body = json(it.body, (n, v) => typeof v === 'number' ? Math.fround(v) : v); return send(it)"
)
def rounds_numbers(request: Any) -> Steps:
    """Sends numbers of a body with seven digits."""

    def rounded(_: Any, value: Any) -> Any:
        return float(f"{value:.7g}") if type(value) in (int, float) else value

    return (yield with_body(request, rounded))


@in_requests("if (!it.body && it.method === 'POST') { it.body = 'null'; } return send(it)")
def sends_null_for_nothing(request: Any) -> Steps:
    """Sends null where no body is given."""
    nothing = request.body is None and request.method == "POST"
    return (yield replace(request, body=b"null") if nothing else request)


@in_requests("await send({ ...it }); return send(it)")
def sends_everything_twice(request: Any) -> Steps:
    """Sends each request a second time."""
    yield request
    return (yield request)


@in_requests(
    "let found; for (let n = 0; n < 2; n += 1) { "
    "try { found = await send({ ...it }); if (found.status !== 503) return found; } "
    "catch (error) { if (n) throw error; } } return found"
)
def repeats_what_it_must_not(request: Any) -> Steps:
    """Sends a request again when the server is busy, whatever it does."""
    response = yield request
    return response if response.status != 503 else (yield request)


@in_requests(
    "const found = await send({ ...it }); const place = found.headers.get('location'); "
    "return place && found.status > 299 ? send({ ...it, method: 'GET', url: place, body: null }) "
    ": found"
)
def follows_redirects(request: Any) -> Steps:
    """Goes where a redirect points, with the key."""
    response = yield request
    place = response.headers.get("location")
    if place is None or response.status < 300:
        return response
    parts = urlsplit(place)  # the transport is for one server
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    connection.request("GET", parts.path, headers=dict(request.headers))
    answer = connection.getresponse()
    return replace(response, status=answer.status, headers={}, body=answer.read())
