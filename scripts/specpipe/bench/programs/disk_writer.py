"""Another program that writes to the same disk: blocks of 64 kB to 1 MB, each on disk before the
next, appended to the file of `disk_writer.py <file>`, which starts over at 64 MB; until stopped."""

from __future__ import annotations

import os
import random
import sys

LARGEST_FILE = 64 * 1024 * 1024


def main() -> None:
    """Write."""
    chance = random.Random(1)
    data = os.urandom(1024 * 1024)
    with open(sys.argv[1], "wb", buffering=0) as file:
        print("writing", flush=True)
        while True:
            file.write(data[: chance.randrange(64 * 1024, len(data))])
            os.fsync(file.fileno())
            if file.tell() > LARGEST_FILE:
                file.seek(0)
                file.truncate()


if __name__ == "__main__":
    main()
