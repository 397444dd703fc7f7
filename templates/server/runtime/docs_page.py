"""A page for people: what the contract has, and how to ask for it. It is one file without scripts,
and needs nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from html import escape
from typing import Any

from .contract import Contract, Operation

_STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0 }
tr { border-bottom: 1px solid #8884 }
code, pre { font: 14px/1.5 ui-monospace, monospace; overflow-wrap: anywhere }
pre { padding: .8rem; background: #8882; white-space: pre-wrap }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Header fields that go with the page: what it may do, and who may show it."""
_BESIDE = {
    "/openapi.json": "the contract, for programs",
    "/.well-known/health": "whether the server is up",
    "/.well-known/ready": "whether it can reach its database",
    "/.well-known/version": "title and version of the contract",
    "/metrics": "what it counts, for Prometheus",
}


def docs_page(contract: Contract, document: Mapping[str, Any]) -> str:
    """The page, as HTML."""
    title = escape(contract.title)
    rows = "".join(_row(operation, document) for operation in contract.operations)
    links = "".join(
        f'<li><a href="{path}"><code>{path}</code></a>: {text}</li>\n'
        for path, text in _BESIDE.items()
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{title}</h1>\n<p>Version {escape(contract.version)}</p>\n"
        f"<h2>Operations</h2>\n<table>\n<tr><th>Request<th>What it does<th>Key\n{rows}</table>\n"
        f"{_key(contract)}<h2>Besides</h2>\n<ul>\n{links}</ul>\n</body>\n</html>\n"
    )


def _row(operation: Operation, document: Mapping[str, Any]) -> str:
    described = document["paths"][operation.path][operation.method.lower()]
    summary = escape(str(described.get("summary", "")))
    return (
        f"<tr><td><code>{escape(operation.method)} {escape(operation.path)}</code>"
        f"<td>{summary}<br><code>{escape(operation.id)}</code>"
        f"<td>{'yes' if operation.secured else 'no'}\n"
    )


def _key(contract: Contract) -> str:
    if contract.key_header is None:
        return ""
    name = escape(contract.key_header)
    shown = next((o.path for o in contract.operations if o.secured and o.method == "GET"), "/...")
    return (
        "<h2>Key</h2>\n<p>A server that was started with a key asks for it. It travels in a header "
        f"field, with every request:</p>\n<pre>curl -H '{name}: &lt;key&gt;' "
        f"'http://localhost:{contract.ports[0]}{escape(shown)}'</pre>\n"
    )
