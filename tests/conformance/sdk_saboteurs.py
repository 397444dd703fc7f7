"""SDKs with one planted defect each, which the judge must find.

A defect sits between the SDK and its transport (in TypeScript: fetch). To the judge, who hears what
comes out below that, it is the SDK's. In Python it is a generator: it yields what is to be sent, gets
the answer, or has what the transport raised thrown into it, and returns the answer that the SDK
sees. In TypeScript it is the body of an `async (it, send) =>`, which does the same.
"""

from __future__ import annotations

import dataclasses
import http.client
import importlib
import json
import re
import shutil
import unicodedata
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch
from urllib.parse import urlsplit

from msgspec.structs import replace

from specpipe.conformance import checks_of_sdks, sdk
from specpipe.conformance.checks_of_sdks import answer_checks, request_checks, story_checks
from specpipe.conformance.profile import PROFILES
from specpipe.conformance.sdk import AsyncDriver, SyncDriver
from specpipe.conformance.session import Session
from specpipe.conformance.trial import Trial
from specpipe.conformance.typescript import NAME as TYPESCRIPT
from specpipe.conformance.typescript import Bridge, TypeScriptDriver
from specpipe.workspace import OUT

Steps = Generator[Any, Any, Any]
Sabotage = Callable[[Any], Steps]
SDKS = {"python-sync": SyncDriver.name, "python-async": AsyncDriver.name, "typescript": TYPESCRIPT}


@dataclass(frozen=True)
class Defect:
    """What is wrong with one SDK; `sdk` is one of SDKS."""

    sdk: str
    name: str
    kind: str
    """Of the check that it is for."""
    says: str
    sabotage: Sabotage


# --- how a defect is told ----------------------------------------------------------------------


@dataclass(frozen=True)
class Both:
    """A defect, in both languages."""

    kind: str
    says: str
    sabotage: Sabotage
    script: str


BOTH: dict[str, Both] = {}
"""All of them, by name."""


def defect(kind: str, script: str) -> Callable[[Sabotage], Sabotage]:
    """Add a defect: in Python it is the function, in TypeScript `script`. `kind`: of the check
    that it is for."""

    def add(function: Sabotage) -> Sabotage:
        BOTH[function.__name__] = Both(kind, str(function.__doc__), function, script)
        return function

    return add


in_requests = partial(defect, "requests")
in_answers = partial(defect, "answers")


def members(value: Any, change: Callable[[Any, Any], Any]) -> Any:
    """JSON data with every member and item put through `change(name, value)`, innermost first.
    DROP leaves it out."""
    if isinstance(value, dict):
        inner = {name: change(name, members(item, change)) for name, item in value.items()}
        return {name: item for name, item in inner.items() if item is not DROP}
    if isinstance(value, list):
        return [change(None, members(item, change)) for item in value]
    return value


DROP = object()


def edited(content: bytes | None, change: Callable[[Any, Any], Any]) -> bytes | None:
    """A body with its members changed; one that is no JSON stays as it is."""
    try:
        value = json.loads(content or b"")
    except ValueError:
        return content
    return json.dumps(members(value, change), ensure_ascii=False).encode()


def with_body(request: Any, change: Callable[[Any, Any], Any]) -> Any:
    return replace(request, body=edited(request.body, change))


def with_query(request: Any, change: Callable[[str], str]) -> Any:
    place, mark, query = request.url.partition("?")
    query = change(query) if mark else ""
    return replace(request, url=f"{place}?{query}" if query else place)


def with_path(request: Any, change: Callable[[str], str]) -> Any:
    parts = urlsplit(request.url)
    return replace(request, url=parts._replace(path=change(parts.path)).geturl())


def with_headers(request: Any, **headers: str | None) -> Any:
    merged = {**request.headers, **{k.replace("_", "-"): v for k, v in headers.items()}}
    return replace(request, headers={k: v for k, v in merged.items() if v is not None})


def on_texts(change: Callable[[str], str]) -> Callable[[Any, Any], Any]:
    return lambda _, value: change(value) if isinstance(value, str) else value


OTHERS = ("accept", "content-type", "user-agent")
"""Headers besides that of the key."""


# --- requests ----------------------------------------------------------------------------------


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


# --- answers -----------------------------------------------------------------------------------


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

# --- putting it in -----------------------------------------------------------------------------


class Sabotaged:
    """A transport with a defect."""

    def __init__(self, transport: Any, sabotage: Sabotage) -> None:
        self._transport = transport
        self._sabotage = sabotage

    def send(self, request: Any) -> Any:
        steps = self._sabotage(request)
        try:
            request = next(steps)
            while True:
                try:
                    response = self._transport.send(request)
                except Exception as error:
                    request = steps.throw(error)
                else:
                    request = steps.send(response)
        except StopIteration as end:
            return end.value


class AsyncSabotaged(Sabotaged):
    """The same, awaited."""

    async def send(self, request: Any) -> Any:
        steps = self._sabotage(request)
        try:
            request = next(steps)
            while True:
                try:
                    response = await self._transport.send(request)
                except Exception as error:
                    request = steps.throw(error)
                else:
                    request = steps.send(response)
        except StopIteration as end:
            return end.value


@in_requests("return send(it)")
def honest(request: Any) -> Steps:
    """No defect."""
    return (yield request)


WRAPPER = """
import {{ {client} as Honest }} from './honest.js';
export * from './honest.js';
const KEY = '{key}';
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', {{ fatal: true, ignoreBOM: true }});
const cache = new Map();
let kept: any;
const words = (found: any) => decoder.decode(found.bytes);
const json = (text: any, change: any) => {{
  try {{ return text && JSON.stringify(JSON.parse(text, change)); }} catch {{ return text; }}
}};
const answer = (found: any, change: any) => {{
  try {{ found.bytes = encoder.encode(json(words(found), change)); }} catch {{}}
  return found;
}};
const swap = (found: any, pattern: any, instead: any) => {{
  try {{ found.bytes = encoder.encode(words(found).replace(pattern, instead)); }} catch {{}}
  return found;
}};
const sabotaged = (defect: any): any => class extends Honest {{
  constructor(options: any) {{
    cache.clear();
    kept = undefined;
    const send = async (it: any) => {{
      const response = await options.fetch(it.url, it);
      const bytes = new Uint8Array(await response.arrayBuffer());
      return {{ status: response.status, headers: new Headers(response.headers), bytes }};
    }};
    super({{ ...options, fetch: async (url: any, init: any) => {{
      const headers = Object.fromEntries(new Headers(init.headers));
      const {{ status, headers: given, bytes }} = await defect({{ ...init, url, headers }}, send);
      const none = !bytes.length || [204, 205, 304].includes(status);
      return new Response(none ? null : bytes, {{ status, headers: given }});
    }} }} as never);
  }}
}};
"""


def copied(out: Path) -> Path:
    """An output folder like ours, whose TypeScript SDK may be changed; its sources."""
    for name in ("server", "python-client"):
        (out / name).symlink_to(OUT / name)
    sources = out / "typescript-client" / "src"
    shutil.copytree(OUT / "typescript-client" / "src", sources)
    return sources


class Saboteurs:
    """Judges SDKs with defects, with the help of an honest server; all the TypeScript ones in one
    process. `folder` is empty. A context manager."""

    def __init__(self, trial: Trial, folder: Path) -> None:
        self._trial = trial
        self._folder = folder
        self._bridge: Bridge | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bridge is not None:
            self._bridge.close()

    def findings(self, defect: Defect, profile: str = "smoke") -> list[str]:
        """What the judge finds first, as "<check>: <message>"; nothing when the defect survives."""
        return next(([told] for told in self.found(defect, profile)), [])

    def found(self, defect: Defect, profile: str = "smoke") -> Iterator[str]:
        """All that it finds. The checks that are about such defects come first."""
        KEPT.clear()
        CACHE.clear()
        trial = dataclasses.replace(self._trial, profile=PROFILES[profile])
        checks = [*request_checks(trial), *answer_checks(trial), *story_checks(trial)]
        checks.sort(key=lambda check: check.kind != defect.kind)
        with patch.dict(checks_of_sdks.SDKS, self._drivers(defect)), Session(trial) as session:
            for check in checks:
                if check.name == SDKS[defect.sdk]:
                    for broken in check.judge(session):
                        yield f"{check.id}: {broken.message}"

    def _drivers(self, defect: Defect) -> Mapping[str, Any]:
        """What drives the SDKs with the defect in them."""

        def sync(session: Session, server: Any, retries: int) -> SyncDriver:
            package = sdk.load(session.trial.api, session.trial.out)
            between = partial(Sabotaged, sabotage=defect.sabotage)
            return SyncDriver(package, session.trial.api, server, retries, between)

        def awaited(session: Session, server: Any, retries: int) -> AsyncDriver:
            package = sdk.load(session.trial.api, session.trial.out)
            between = partial(AsyncSabotaged, sabotage=defect.sabotage)
            return AsyncDriver(package, session.trial.api, server, retries, between)

        def typescript(session: Session, server: Any, retries: int) -> TypeScriptDriver:
            bridge: Any = Renamed(self.bridge(), defect.name)
            return TypeScriptDriver(bridge, session.trial.api, server, retries)

        return {SyncDriver.name: sync, AsyncDriver.name: awaited, TYPESCRIPT: typescript}

    def bridge(self) -> Bridge:
        """The process with the TypeScript SDK, which has a class for each defect."""
        if self._bridge is None:
            sources, api = copied(self._folder), self._trial.api
            (sources / "index.ts").rename(sources / "honest.ts")
            key = api.key.header.lower() if api.key is not None else ""
            text = WRAPPER.format(client=api.package.pascal, key=key)
            for name, defect in BOTH.items():
                script = f"async (it: any, send: any): Promise<any> => {{ {defect.script} }}"
                text += f"export const {name} = sabotaged({script});\n"
            (sources / "index.ts").write_text(text)
            self._bridge = Bridge(self._folder)
        return self._bridge


class Renamed:
    """A bridge that makes clients of another class."""

    def __init__(self, bridge: Bridge, client: str) -> None:
        self._bridge = bridge
        self._client = client

    def ask(self, line: Mapping[str, Any]) -> Any:
        return self._bridge.ask({**line, "client": self._client} if "client" in line else line)


def of(name: str, one: Both) -> dict[str, Defect]:
    """A defect in each SDK, by SDK and name."""
    return {f"{kind}/{name}": Defect(kind, name, one.kind, one.says, one.sabotage) for kind in SDKS}


SDK_DEFECTS: Mapping[str, Defect] = {
    key: defect
    for name, one in BOTH.items()
    if name != "honest"
    for key, defect in of(name, one).items()
}
"""All of them, by SDK and name."""
NO_DEFECT = of("honest", BOTH["honest"])
"""Controls."""
