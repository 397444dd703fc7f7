"""Fill a database through the store of a generated server, which is on the path of modules:
`fill.py <module> <resource> <database URL> <count> <first> <step> <thing>`.

Thing number n is created at `first` + n * `step` (microseconds); every other one is changed at
some moment between its creation and the end. `thing` is JSON, to which id and times are added.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import random
import sys
import uuid
from typing import Any

AT_ONCE = 20_000
"""Things in one transaction: with random ids, each writes a page of the index anew."""


async def main() -> None:
    """Fill it."""
    module, resource, url, count, first, step, thing = sys.argv[1:]
    store_module = importlib.import_module(f"{module}.runtime.store")
    instants = importlib.import_module(f"{module}.runtime.instants")
    type = getattr(importlib.import_module(f"{module}.contract"), resource)
    start, distance, last = int(first), int(step), int(first) + int(count) * int(step)
    chance = random.Random(1)
    base: dict[str, Any] = json.loads(thing)

    def record(number: int) -> Any:
        created = start + number * distance
        updated = chance.randrange(created, last) if number % 2 else created
        id = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        value = {**base, type.id: id}
        put(value, type.created, instants.render(created))
        put(value, type.updated, instants.render(updated))
        return store_module.Record(id, created, updated, json.dumps(value).encode())

    store = await store_module.open_store(url)
    try:
        for begin in range(0, int(count), AT_ONCE):
            numbers = range(begin, min(begin + AT_ONCE, int(count)))
            await store.insert_all(type.name, [record(number) for number in numbers])
    finally:
        await store.close()


def put(thing: dict[str, Any], path: tuple[str, ...], value: str) -> None:
    """Set the member of `thing` at the end of `path`."""
    *parents, last = path
    for name in parents:
        thing[name] = thing = {}
    thing[last] = value


if __name__ == "__main__":
    asyncio.run(main())
