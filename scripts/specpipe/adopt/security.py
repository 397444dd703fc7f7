"""Addresses and keys in the words of the house: plain URLs, one key in a header."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from specpipe.adopt.draft import Draft
from specpipe.spec.nodes import escape

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_DIGITS = re.compile(r"[0-9]+")


def plain_servers(draft: Draft) -> None:
    """Variables get their defaults; what is then no address of its own goes."""
    kept = []
    for number, server in enumerate(draft.data.get("servers") or []):
        at = f"/servers/{number}"
        if not isinstance(server, dict):
            continue
        variables = server.get("variables") or {}
        if variables:
            draft.note(at, "narrowed", "variables of a server, at their defaults")
        url = str(server.get("url"))
        for name in _VARIABLE.findall(url):
            url = url.replace(f"{{{name}}}", str((variables.get(name) or {}).get("default", "")))
        url = url.rstrip("/")
        if re.fullmatch(r"https?://[A-Za-z0-9.\[\]:_~/-]+", url):
            kept.append({"url": url})
        else:
            draft.note(at, "left out", "server without a host")
    draft.data["servers"] = kept
    if not kept:
        del draft.data["servers"]


def plain_version(draft: Draft) -> None:
    """A version of three numbers."""
    info = draft.data["info"]
    given = str(info.get("version"))
    if not re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+([-+.]?[0-9A-Za-z]+)*", given, re.ASCII):
        numbers = [str(int(text[:9])) for text in _DIGITS.findall(given)][:3] or ["1"]
        info["version"] = ".".join([*numbers, "0", "0"][:3])


def one_key(draft: Draft) -> None:
    """The scheme that most operations can use, sent in a header; others are left to the caller."""
    components = draft.data["components"]
    schemes = components.pop("securitySchemes", None) or {}
    everywhere = draft.data.pop("security", None) or []
    asked = [operation.get("security", everywhere) for *_, operation in draft.operations()]
    uses = Counter(
        name
        for requirements in asked
        for name in dict.fromkeys(name for each in requirements or [] for name in each)
        if header_of(schemes.get(name)) is not None
    )
    chosen = max(uses, key=lambda name: uses[name], default=None)
    for path, method, operation in draft.operations():
        requirements = operation.pop("security", everywhere) or []
        if chosen is not None and any(chosen in each for each in requirements):
            operation["security"] = [{chosen: []}]
        elif requirements and {} not in requirements:
            at = f"/paths/{escape(path)}/{method}"
            draft.note(at, "loosened", "another key than the one that most operations take")
    for name, scheme in schemes.items():
        if name != chosen:
            what = scheme.get("type") if isinstance(scheme, dict) else "?"
            draft.note(f"/components/securitySchemes/{name}", "left out", f"security by {what}")
    if chosen is not None:
        header = header_of(schemes[chosen])
        if header == "Authorization" and schemes[chosen].get("type") != "apiKey":
            what = f"{schemes[chosen]['type']} as a key: all of the header Authorization"
            draft.note(f"/components/securitySchemes/{chosen}", "loosened", what)
        key = {"type": "apiKey", "in": "header", "name": header}
        components["securitySchemes"] = {chosen: key}


def header_of(scheme: Any) -> str | None:
    """The header in which a scheme sends what it sends; None when it does not."""
    if not isinstance(scheme, dict):
        return None
    match scheme.get("type"), scheme.get("in"):
        case "apiKey", "header":
            return str(scheme.get("name"))
        case (("http" | "oauth2" | "openIdConnect"), _):
            return "Authorization"
    return None
