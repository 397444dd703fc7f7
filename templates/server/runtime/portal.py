"""The pages for people at `/docs/`: files that the package brings along. They load their own
scripts and styles, talk to this server, and may do nothing else."""

from __future__ import annotations

from collections.abc import Mapping

FOLDER = "/docs/"
POLICY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Header fields that go with each file: what it may do, and who may show it."""
_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
}


def served(files: Mapping[str, bytes]) -> Mapping[str, tuple[str, bytes]]:
    """By path, the media type and the content of each file; of the first page as the folder too."""
    found = {
        FOLDER + name: (_TYPES[name.rpartition(".")[2]], content) for name, content in files.items()
    }
    return {**found, FOLDER: found[f"{FOLDER}index.html"]}
