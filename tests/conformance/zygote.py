"""Servers by `fork`: a process that has imported what they need once, so that each starts in a
moment.

`python zygote.py <module>...` imports these and reads requests from standard input, a Unix socket:
the arguments of a script, its environment and folder, and the descriptors of its standard output and error.
It forks for each, answers with the process id, and goes when the socket is closed.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import signal
import socket
import sys
from collections.abc import Sequence
from typing import Any, Never

LARGEST = 1 << 20
"""Bytes of a request."""


def serve(connection: socket.socket) -> None:
    """Fork for each request until there are no more."""
    # Who asked waits for the end of the output; nobody is left to wait for a process.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        text, streams, _, _ = socket.recv_fds(connection, LARGEST, 2)
        if not text:
            return
        process = os.fork()
        if process == 0:
            connection.close()
            become(json.loads(text), streams)
        for stream in streams:
            os.close(stream)
        connection.sendall(json.dumps(process).encode())


def become(request: Any, streams: Sequence[int]) -> Never:
    """Run the script that is asked for as this process, to its end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for place, stream in enumerate([os.open(os.devnull, os.O_RDONLY), *streams]):
        if stream != place:
            os.dup2(stream, place)
            os.close(stream)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = request["arguments"]
    status = 1
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        importlib.import_module(name)
    with socket.socket(fileno=0) as given:
        serve(given)
