"""What it costs to get a first client: `sdk_import.py <folder> <adapter> <base URL>` prints the
seconds of CPU of this process until then, the start of the interpreter included. Imports nothing
else, since that would be in the figure."""

import sys
import time


def main() -> None:
    """Make a client."""
    folder, name, base_url = sys.argv[1:]
    sys.path.insert(0, folder)
    client = __import__(name).client(base_url)
    print(time.process_time())
    del client


if __name__ == "__main__":
    main()
