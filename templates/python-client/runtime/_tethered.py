"""Runs a module as a program for as long as the process that started it lives.

`python -m … MODULE [ARGUMENT…]`, with standard input a pipe that nobody writes to: the system
closes it when the other process ends, however that ends, and then the program is asked to stop.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time

_LAST_SECONDS = 10.0
"""Seconds that the program has for stopping."""


def _follow() -> None:
    while os.read(0, 1024):  # not through sys.stdin: it would be locked when the interpreter exits
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_LAST_SECONDS)
    os._exit(1)


def main() -> None:
    """Run the module that the command line names."""
    sys.argv[:] = sys.argv[1:]
    threading.Thread(target=_follow, daemon=True).start()
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
