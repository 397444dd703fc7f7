"""The generated server, running beside the tests of the SDK, and a way to store things in it under
times of their own, which its API has no way for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from specpipe.spec.model import Api, Document
from specpipe.targets.server import ServerTarget

IMPORTER = """
import sys
from importlib import import_module
module = import_module(sys.argv[1] + ".__main__")
for line in sys.stdin:
    arguments = ["import", "--database-url", sys.argv[2], line.rstrip("\\n")]
    status = module.main(module.CONTRACT, module.create_app, module.read_document, "it", arguments)
    print(status, flush=True)
"""
"""Imports file after file: a process for each takes half a second to start."""


class Live:
    """A running server. `store` puts things into its database as they are."""

    def __init__(self, url: str, folder: Path, importer: subprocess.Popen[str]) -> None:
        self.url = url
        self._folder = folder
        self._importer = importer

    def store(self, things: Iterable[Mapping[str, Any]]) -> None:
        file = self._folder / "things.ndjson"
        file.write_text("".join(json.dumps(thing) + "\n" for thing in things))
        stdin, stdout = self._importer.stdin, self._importer.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{file}\n")
        stdin.flush()
        assert stdout.readline() == "0\n"


def server_folder(out: Path, document: Document, api: Api) -> Path:
    """Render the server of a spec into `out`; gives the folder that its package lies in."""
    for path, content in ServerTarget().render(document, api).items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(content)
    return out / ServerTarget.folder


@contextmanager
def running(folder: Path, api: Api, data: Path, *options: str) -> Iterator[Live]:
    """The server in `folder`, with a database in `data`, until the end."""
    ours = ("HOST", "PORT", "DATABASE_URL", "API_KEY", "API_KEYS", "API_KEY_FILE")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    environment["PYTHONPATH"] = str(folder)
    package, database = f"{api.package.snake}_server", f"sqlite:///{data}/live.db"
    command = [sys.executable, "-m", package, "--database-url", database, *options]
    importer = [sys.executable, "-c", IMPORTER, package, database]
    with (
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server,
        subprocess.Popen(
            importer,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as storing,
    ):
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            assert "http://" in line, line
            yield Live(line.split()[2], data, storing)
        finally:
            server.kill()
            storing.kill()
