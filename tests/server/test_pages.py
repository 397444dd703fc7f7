"""What is served beside the contract: health, the document, a page for people."""

from __future__ import annotations

import json
import re

import httpx
import pytest

PAGES = [
    "/.well-known/health",
    "/.well-known/ready",
    "/.well-known/version",
    "/docs/",
    "/docs/index.html",
    "/docs/portal.css",
    "/docs/portal.js",
    "/metrics",
    "/openapi.json",
]
KEPT = ["/.well-known/version", "/docs/", "/docs/try.js", "/openapi.json"]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_needs_a_key_and_each_has_a_head(keyed, path):
    page, head = httpx.get(keyed.url + path), httpx.head(keyed.url + path)
    assert page.status_code == head.status_code == 200
    assert head.content == b""
    assert head.headers["content-type"] == page.headers["content-type"]
    assert page.headers["x-content-type-options"] == "nosniff"
    if path != "/metrics":
        assert head.headers["content-length"] == str(len(page.content))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_another_method_is_405_in_one_line(client, path, method):
    reply = client.request(method, path)
    assert reply.status_code == 405
    assert reply.headers["allow"] == "GET, HEAD"
    assert reply.text == "this path takes GET, HEAD only\n"


@pytest.mark.parametrize("path", PAGES)
def test_a_path_with_something_after_it_is_404(client, path):
    assert client.get(path.rstrip("/") + "//").status_code == 404
    assert client.get(path + "/more").status_code == 404


def test_health_does_not_depend_on_the_store_and_readiness_does(start, package):
    script = f"""
import sqlite3, sys
from {package} import __main__ as main
from {package}.runtime import sqlite, store

async def check(self):
    raise store.StoreError("it is gone")

sqlite.SQLiteStore.check = check
main.run()
"""
    client = start(script=script).client
    assert client.get("/.well-known/health").status_code == 200
    ready = client.get("/.well-known/ready")
    assert ready.status_code == 503
    assert "it is gone" in ready.text


@pytest.mark.parametrize("path", KEPT)
def test_what_stays_the_same_is_sent_once(client, path):
    first = client.get(path)
    tag = first.headers["etag"]
    assert re.fullmatch('"[0-9a-f]{32}"', tag)
    assert first.headers["cache-control"] == "no-cache"
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers.get("content-length") is None  # RFC 9110, 8.6: 0 would be wrong
    for known in ('"other"', "", tag.strip('"')):
        assert client.get(path, headers={"If-None-Match": known}).status_code == 200


@pytest.mark.parametrize("path", ["/.well-known/health", "/.well-known/ready", "/metrics"])
def test_what_changes_is_not_kept(client, path):
    assert client.get(path).headers["cache-control"] == "no-store"


def test_every_file_for_people_is_served_as_what_it_is_under_the_policy(client, folder, package):
    files = sorted((folder / package / "portal").iterdir())
    types = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
    assert {file.suffix for file in files} == types.keys()
    for file in files:
        reply = client.get(f"/docs/{file.name}")
        assert reply.content == file.read_bytes()
        assert reply.headers["content-type"] == f"{types[file.suffix]}; charset=utf-8"
        rules = reply.headers["content-security-policy"].split("; ")
        assert rules[:2] == ["default-src 'none'", "script-src 'self'"]
        assert "frame-ancestors 'none'" in rules
        assert "unsafe" not in reply.headers["content-security-policy"]
        assert reply.headers["x-frame-options"] == "DENY"
        assert reply.headers["referrer-policy"] == "no-referrer"
    assert client.get("/docs/").content == (folder / package / "portal/index.html").read_bytes()


@pytest.mark.parametrize("path", ["/docs/..%2fopenapi.json", "/docs/%2e%2e/app.py", "/docs/x"])
def test_nothing_else_is_served_beside_them(client, path):
    assert client.get(path).status_code == 404


def test_the_folder_without_its_slash_leads_to_it_wherever_it_is_served(client):
    for reply in (client.get("/docs"), client.head("/docs")):
        assert (reply.status_code, reply.headers["location"]) == (308, "docs/")
    assert client.post("/docs").status_code == 405


def test_the_document_is_the_contracts(client, folder, package):
    assert client.get("/openapi.json").json() == json.loads(
        (folder / package / "openapi.json").read_bytes()
    )
