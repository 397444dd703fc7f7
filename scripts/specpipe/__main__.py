"""`python -m specpipe`, and the command `specpipe`."""

import os
import sys
from typing import Never

from specpipe.cli import INTERRUPTED, main


def run() -> Never:
    """Do what the command line says, and exit with its status."""
    status = main()
    if status == INTERRUPTED:
        # An interrupt that came up through an exec() of text, as libraries do it while they are
        # imported, ends CPython by the signal at its exit, whoever caught it.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


if __name__ == "__main__":
    run()
