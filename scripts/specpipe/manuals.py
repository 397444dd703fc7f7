"""What the help of the pipeline's own commands says; those of other packages say theirs."""

from __future__ import annotations

from specpipe.manual import COMMON, Manual, filled, section

ABOUT = (
    "One curated OpenAPI document in; a Python SDK, a TypeScript SDK, a server and their "
    "documentation out, and a judge that holds them, or somebody else's server, against it."
)
TOP_EPILOG = "\n\n".join(
    [
        section("exit status", {"0": "as wanted", **{str(k): v for k, v in COMMON.items()}}),
        filled(
            "What else a command can end with, and examples: specpipe COMMAND --help. In a clone, "
            "`make COMMAND` sets up what is needed first; options are variables there (SPEC=, "
            "OUT=, ...)."
        ),
    ]
)
AT_FAULT = "the spec or a tool is at fault; nothing is written"
STALE = "generated files are stale"
CACHE = {
    "SPECPIPE_CACHE": "folder for what was generated before, by content hash; off: none. "
    "~/.cache/specpipe unless given"
}
GENERATE = Manual(
    "write what the spec gives into the output folder",
    "Only files that change are written. Files in the folder that the spec does not give are "
    "listed and left alone.",
    {0: "up to date", 1: AT_FAULT, 4: "there are files that the spec does not give"},
    {
        "specpipe generate": "everything, of spec/openapi.yaml, into generated/",
        "specpipe generate --targets python,server": "without what needs Node.js",
        "specpipe generate --spec my.yaml --out my-sdks": "of another spec, elsewhere",
    },
    CACHE,
)
CHECK = Manual(
    "say what `generate` would change; writes nothing",
    "For CI, and for pull requests.",
    {0: "the output folder is what the spec gives", 1: AT_FAULT, 4: STALE},
    {"specpipe check": "each file that differs, is missing or should not be there, by name"},
    CACHE,
)
LINT = Manual(
    "check the spec alone",
    "The rules of OpenAPI, of the house, and advice on what a good spec says besides. Each line "
    "has the place in the spec, what is wrong, and what to do.",
    {0: "nothing to say", 1: "the spec is at fault, or could say more"},
    {"specpipe lint --spec my.yaml": "another spec"},
)
SERVE = Manual(
    "run the generated server; settings from the environment",
    "It listens on the first free port of those that the spec names and keeps things in a SQLite "
    "file. --help of the generated program lists all settings.",
    {0: "ended by a signal", 2: "nothing is generated yet, or a setting is wrong"},
    {
        "specpipe serve": "the server of generated/",
        "API_KEY=secret PORT=8000 specpipe serve": "with a key, on one port",
    },
    {
        "HOST, PORT": "where to listen",
        "DATABASE_URL": "sqlite:///file or postgresql://...",
        "API_KEY": "the key that callers have to send",
    },
)
COMPLETION = Manual(
    "write a script that lets a shell complete commands and options",
    "For bash, zsh and tcsh.",
    {0: "written"},
    {
        'eval "$(specpipe completion bash)"': "for the shell that runs",
        "specpipe completion zsh >~/.zfunc/_specpipe": "for all shells, with ~/.zfunc in fpath",
    },
)
