"""The application inside somebody's program: their routes and middleware, and ours."""

from __future__ import annotations

import asyncio
import importlib

import httpx
import pytest
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Mount, Route, WebSocketRoute


@pytest.fixture
def create_app(package, folder, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(folder))
    create_app = importlib.import_module(package).create_app
    return lambda **options: create_app(database_url=f"sqlite:///{tmp_path}/a.db", **options)


def get(app, *paths, **headers):
    """The answers of a running application to these GETs."""

    async def run():
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
        ):
            return [await client.get(path, headers=headers) for path in paths]

    return asyncio.run(run())


async def hello(request):
    return PlainTextResponse("hello\n")


async def teapot(request):
    raise HTTPException(418, "short and stout")


async def broken(request):
    raise RuntimeError("somebody's bug")


def test_their_routes_answer_beside_ours_with_an_id_and_under_the_guard(create_app):
    app = create_app()
    app.router.routes += [Route("/hello", hello), Mount("/more", routes=[Route("/x", hello)])]
    paths = ("/hello", "/more/x", "/workstream_events", "/hello/")
    replies = get(app, *paths)
    assert [reply.status_code for reply in replies] == [200, 200, 200, 404]
    assert all("x-request-id" in reply.headers for reply in replies)
    assert get(app, "/hello", host="attacker.example")[0].status_code == 421


def test_their_errors_are_answered_too(create_app):
    app = create_app()
    app.router.routes += [Route("/teapot", teapot), Route("/broken", broken)]
    refused, failed = get(app, "/teapot", "/broken")
    assert (refused.status_code, refused.text) == (418, "short and stout")
    assert failed.status_code == 500
    assert failed.headers["x-request-id"] in failed.text


def test_their_handlers_of_errors_are_asked(create_app):
    app = create_app()
    app.router.routes += [Route("/broken", broken)]

    async def told(request, error):
        return JSONResponse({"error": str(error)}, 503)

    app.add_exception_handler(RuntimeError, told)
    assert get(app, "/broken")[0].json() == {"error": "somebody's bug"}


def test_an_answer_of_theirs_that_breaks_off_is_broken_off(create_app):
    async def pieces():
        yield b"half"
        raise RuntimeError("somebody's bug")

    async def half(request):
        return StreamingResponse(pieces())

    app = create_app()
    app.router.routes += [Route("/half", half)]
    with pytest.raises(RuntimeError, match="somebody's bug"):
        get(app, "/half")


def test_a_route_of_theirs_cannot_take_a_path_of_ours(create_app):
    app = create_app()
    app.router.routes += [Route("/workstream_events", hello), Route("/docs", hello)]
    assert all(reply.text != "hello\n" for reply in get(app, "/workstream_events", "/docs"))


def test_their_middleware_stands_around_all_of_it(create_app):
    class Stamp:
        def __init__(self, app, text):
            self.app, self.text = app, text

        async def __call__(self, scope, receive, send):
            async def stamped(message):
                if message["type"] == "http.response.start":
                    message = {**message, "headers": [*message["headers"], (b"x-stamp", self.text)]}
                await send(message)

            await self.app(scope, receive, stamped)

    app = create_app()
    app.add_middleware(Stamp, text=b"here")
    for reply in get(app, "/workstream_events", "/.well-known/health", "/nothing"):
        assert reply.headers["x-stamp"] == "here"


@pytest.mark.parametrize(
    ("headers", "opened"),
    [
        ({"host": "localhost"}, True),
        ({"host": "attacker.example"}, False),
        ({"host": "localhost", "origin": "https://attacker.example"}, False),
        ({"host": "localhost", "origin": "http://localhost"}, True),
    ],
)
def test_a_web_socket_of_theirs_is_opened_for_those_that_the_guard_knows(
    create_app, headers, opened
):
    async def socket(websocket):
        await websocket.accept()
        await websocket.close()

    app = create_app()
    app.router.routes += [WebSocketRoute("/socket", socket)]
    sent = []

    async def run():
        scope = {
            "type": "websocket",
            "path": "/socket",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }

        async def receive():
            return {"type": "websocket.connect"}

        async def send(message):
            sent.append(message["type"])

        async with app.router.lifespan_context(app):
            await app(scope, receive, send)

    asyncio.run(run())
    assert sent[0] == ("websocket.accept" if opened else "websocket.close")


def test_an_application_that_was_not_started_says_so(create_app):
    async def run():
        transport = httpx.ASGITransport(create_app())
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            await client.get("/workstream_events")

    with pytest.raises(RuntimeError, match="run its lifespan first"):
        asyncio.run(run())


@pytest.mark.parametrize("options", [{"allowed_hosts": ["*"]}, {"allowed_origins": ["*"]}])
def test_what_cannot_be_allowed_is_told_at_once(create_app, options):
    with pytest.raises(ValueError, match=r"is no (host name|origin)"):
        create_app(**options)
