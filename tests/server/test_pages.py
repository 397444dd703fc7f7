"""What is served beside the contract: health, the document, a page for people."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import httpx
import pytest

PAGES = [
    "/.well-known/health",
    "/.well-known/ready",
    "/.well-known/version",
    "/docs",
    "/metrics",
    "/openapi.json",
]
KEPT = ["/.well-known/version", "/docs", "/openapi.json"]


class Reader(HTMLParser):
    """What a page has: its tags with their attributes, links, text and style."""

    def __init__(self):
        super().__init__()
        self.tags, self.links, self.text, self.style, self._inside = [], [], "", "", ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, *sorted(name for name, _ in attrs)))
        self.links += [value for name, value in attrs if name in ("href", "src")]
        self._inside = tag

    def handle_data(self, data):
        if self._inside == "style":
            self.style += data
        else:
            self.text += data

    def handle_endtag(self, tag):
        self._inside = ""


def read(html):
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


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
    assert client.get(path + "/").status_code == 404
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


def test_the_page_for_people_names_every_operation_and_how_to_send_a_key(client):
    document = client.get("/openapi.json").json()
    page = read(client.get("/docs").text)
    for path, item in document["paths"].items():
        for method in item.keys() & {"get", "post"}:
            assert f"{method.upper()} {path}" in page.text
            assert item[method]["summary"] in page.text
            assert item[method]["operationId"] in page.text
    assert document["info"]["title"] in page.text
    assert document["info"]["version"] in page.text
    assert "X-Application-ID: <key>" in page.text
    assert "/openapi.json" in page.links
    for link in page.links:
        assert client.get(link).status_code == 200


def test_it_needs_nothing_from_elsewhere_and_may_do_nothing(client):
    reply = client.get("/docs")
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    page = read(reply.text)
    assert not {tag for tag, *_ in page.tags} & {"script", "img", "iframe", "form", "object"}
    assert not [names for _, *names in page.tags if any(n.startswith("on") for n in names)]
    assert not [names for _, *names in page.tags if "style" in names]
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    rules = reply.headers["content-security-policy"].split("; ")
    assert rules[:2] == ["default-src 'none'", f"style-src 'sha256-{digest}'"]
    assert "frame-ancestors 'none'" in rules
    assert reply.headers["x-frame-options"] == "DENY"
    assert reply.headers["referrer-policy"] == "no-referrer"


def test_what_the_spec_says_is_text_on_it_and_nothing_more(runtime):
    contract = runtime("contract")
    evil = "<script>alert(1)</script>\"'&"
    operation = contract.Operation(evil, "GET", "/" + evil, (), 200)
    whole = contract.Contract(evil, evil, (operation,), evil, (1, 2))
    document = {"paths": {"/" + evil: {"get": {"summary": evil}}}}
    page = read(runtime("docs_page").docs_page(whole, document))
    assert "script" not in {tag for tag, *_ in page.tags}
    assert page.text.count(evil) >= 6
    assert not [names for _, *names in page.tags if any(n.startswith("on") for n in names)]


def test_the_document_is_the_contracts(client, folder, package):
    assert client.get("/openapi.json").json() == json.loads(
        (folder / package / "openapi.json").read_bytes()
    )
