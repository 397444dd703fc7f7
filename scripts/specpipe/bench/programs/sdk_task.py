"""One task of an SDK, measured in a process of its own: `sdk_task.py <adapter> <task> <base URL>
<arguments>`. Prints a JSON object of measures.

An adapter is a module of functions that all SDKs are reached by; it imports its SDK within them.
Those that a task does not need may be missing:

- `client(base_url)`: a first client that can read one thing and everything
- `decode(client, text)`: the answer that holds everything, as a caller gets it
- `encode(client, value)`: the same as the bytes of a body
- `get(client, id)`: one thing, over HTTP
- `async_client(base_url)`, `async_get(client, id)`: the same, to be awaited
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WARM_UP = 200
"""Calls before those that are measured."""
MIB = 1024 * 1024
Measures = dict[str, float]


def decode(adapter: Any, base_url: str, small: str, large: str) -> Measures:
    """The time of decoding the file `large`."""
    client = adapter.client(base_url)
    check(adapter, client, small)
    text = Path(large).read_bytes()
    return timed(lambda: adapter.decode(client, text))


def encode(adapter: Any, base_url: str, small: str, large: str) -> Measures:
    """The time of encoding what the file `large` holds."""
    client = adapter.client(base_url)
    check(adapter, client, small)
    value = adapter.decode(client, Path(large).read_bytes())
    return timed(lambda: adapter.encode(client, value))


def memory(adapter: Any, base_url: str, small: str, large: str) -> Measures:
    """How far decoding the file `large` raises the memory of this process."""
    client = adapter.client(base_url)
    check(adapter, client, small)
    text = Path(large).read_bytes()
    gc.collect()
    before = kilobytes("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    value = adapter.decode(client, text)
    added = kilobytes("VmHWM") - before
    del value
    return {"added_mib": added * 1024 / MIB}


def call(adapter: Any, base_url: str, id: str, seconds: str) -> Measures:
    """The time of one call after the other."""
    client = adapter.client(base_url)
    for _ in range(WARM_UP):
        adapter.get(client, id)
    times = []
    cpu, end = time.process_time(), time.perf_counter() + float(seconds)
    while (started := time.perf_counter()) < end:
        adapter.get(client, id)
        times.append(time.perf_counter() - started)
    return per_call(times, time.process_time() - cpu)


def async_call(adapter: Any, base_url: str, id: str, seconds: str) -> Measures:
    """The same, awaited."""

    async def calls() -> Measures:
        client = await adapter.async_client(base_url)
        for _ in range(WARM_UP):
            await adapter.async_get(client, id)
        times = []
        cpu, end = time.process_time(), time.perf_counter() + float(seconds)
        while (started := time.perf_counter()) < end:
            await adapter.async_get(client, id)
            times.append(time.perf_counter() - started)
        return per_call(times, time.process_time() - cpu)

    return asyncio.run(calls())


TASKS: dict[str, Callable[..., Measures]] = {
    "decode": decode,
    "encode": encode,
    "memory": memory,
    "call": call,
    "async_call": async_call,
}


def check(adapter: Any, client: Any, file: str) -> None:
    """Warm up, and see that what is decoded is all there."""
    text = Path(file).read_bytes()
    again = adapter.encode(client, adapter.decode(client, text))
    if len(again) < len(text) / 2:
        raise SystemExit(f"of {len(text)} bytes {len(again)} are left after decoding and encoding")


def timed(work: Callable[[], Any]) -> Measures:
    """Milliseconds of `work`; its result is let go of outside the time."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    del result
    return {"cpu_ms": cpu * 1e3, "wall_ms": wall * 1e3}


def per_call(times: list[float], cpu: float) -> Measures:
    """Microseconds of a call, by the clock and of CPU."""
    times.sort()
    return {
        "cpu_us": cpu / len(times) * 1e6,
        "p50_us": times[len(times) // 2] * 1e6,
        "p99_us": times[len(times) * 99 // 100] * 1e6,
    }


def kilobytes(name: str) -> int:
    """Memory of this process, as /proc has it under `name`."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise SystemExit(f"/proc/self/status has no {name}: memory is measured on Linux only")


def main() -> None:
    """Do it."""
    file, task, *arguments = sys.argv[1:]
    sys.path.insert(0, str(Path(file).parent))
    adapter = importlib.import_module(Path(file).stem)
    print(json.dumps(TASKS[task](adapter, *arguments)))


if __name__ == "__main__":
    main()
