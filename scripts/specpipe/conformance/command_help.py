"""What the help of `specpipe conformance` says besides its options."""

from __future__ import annotations

from specpipe.manual import Manual

FOUND_UNTIL_THEN = "interrupted; what was found until then is reported"
HELP = Manual(
    "judge a server and the generated SDKs against the spec",
    "schemathesis with all its checks, the laws that x-resource implies, histories against a "
    "reference model, and a story of all operations through each SDK. The last line is the "
    "verdict. Somebody's server (--base-url) gets reading requests only, unless --allow-writes is "
    "given. Reports are a page, JSON, JUnit and SARIF.",
    {0: "conforms", 1: "departs from the spec", 2: "could not judge", 130: FOUND_UNTIL_THEN},
    {
        "specpipe conformance": "the generated server, on a fresh database",
        "specpipe conformance --base-url http://127.0.0.1:8000": "somebody's server, reading only",
        "specpipe conformance --base-url http://127.0.0.1:8000 --allow-writes 1": (
            "and laws, on things of its own, removed at the end"
        ),
        "specpipe conformance --replay law/gone-after-delete@quick.1": "one check again, alone",
        "specpipe conformance --shard 1/4 --report-dir parts/1": "a quarter of it, then",
        "specpipe conformance --merge parts": "one verdict out of all four",
    },
    {
        "API_KEY": "the key of the server at --base-url",
        "XDG_STATE_HOME": "where the journal of what was created on somebody's server is kept",
    },
)
