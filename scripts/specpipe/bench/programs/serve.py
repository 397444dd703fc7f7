"""Serve an ASGI application of a folder, as the generated server is served: `serve.py <folder>
<module>:<name>`. The first line says where."""

from __future__ import annotations

import importlib
import socket
import sys

import uvicorn


def main() -> None:
    """Serve until stopped."""
    folder, application = sys.argv[1:]
    sys.path.insert(0, folder)
    module, _, name = application.partition(":")
    app = getattr(importlib.import_module(module), name)
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(app, log_level="warning", access_log=False, ws="none")
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
