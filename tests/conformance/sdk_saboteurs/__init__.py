"""SDKs with one planted defect each, which the judge must find.

A defect sits between the SDK and its transport (in TypeScript: fetch). To the judge, who hears what
comes out below that, it is the SDK's. In Python it is a generator: it yields what is to be sent, gets
the answer, or has what the transport raised thrown into it, and returns the answer that the SDK
sees. In TypeScript it is the body of an `async (it, send) =>`, which does the same.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

from specpipe.conformance import checks_of_sdks, sdk
from specpipe.conformance.checks_of_sdks import answer_checks, request_checks, story_checks
from specpipe.conformance.profile import PROFILES
from specpipe.conformance.sdk import AsyncDriver, SyncDriver
from specpipe.conformance.session import Session
from specpipe.conformance.trial import Trial
from specpipe.conformance.typescript import NAME as TYPESCRIPT
from specpipe.conformance.typescript import Bridge, TypeScriptDriver
from specpipe.workspace import OUT

from . import requests  # first: in the order of the register
from .answers import CACHE, KEPT
from .telling import BOTH, Both, Sabotage, Steps, in_requests

__all__ = ["NO_DEFECT", "SDK_DEFECTS", "Saboteurs", "copied", "requests"]

SDKS = {"python-sync": SyncDriver.name, "python-async": AsyncDriver.name, "typescript": TYPESCRIPT}


@dataclass(frozen=True)
class Defect:
    """What is wrong with one SDK; `sdk` is one of SDKS."""

    sdk: str
    name: str
    kind: str
    """Of the check that it is for."""
    says: str
    sabotage: Sabotage


class Sabotaged:
    """A transport with a defect."""

    def __init__(self, transport: Any, sabotage: Sabotage) -> None:
        self._transport = transport
        self._sabotage = sabotage

    def send(self, request: Any) -> Any:
        steps = self._sabotage(request)
        try:
            request = next(steps)
            while True:
                try:
                    response = self._transport.send(request)
                except Exception as error:
                    request = steps.throw(error)
                else:
                    request = steps.send(response)
        except StopIteration as end:
            return end.value


class AsyncSabotaged(Sabotaged):
    """The same, awaited."""

    async def send(self, request: Any) -> Any:
        steps = self._sabotage(request)
        try:
            request = next(steps)
            while True:
                try:
                    response = await self._transport.send(request)
                except Exception as error:
                    request = steps.throw(error)
                else:
                    request = steps.send(response)
        except StopIteration as end:
            return end.value


@in_requests("return send(it)")
def honest(request: Any) -> Steps:
    """No defect."""
    return (yield request)


WRAPPER = """
import {{ {client} as Honest }} from './honest.js';
export * from './honest.js';
const KEY = '{key}';
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', {{ fatal: true, ignoreBOM: true }});
const cache = new Map();
let kept: any;
const words = (found: any) => decoder.decode(found.bytes);
const json = (text: any, change: any) => {{
  try {{ return text && JSON.stringify(JSON.parse(text, change)); }} catch {{ return text; }}
}};
const answer = (found: any, change: any) => {{
  try {{ found.bytes = encoder.encode(json(words(found), change)); }} catch {{}}
  return found;
}};
const swap = (found: any, pattern: any, instead: any) => {{
  try {{ found.bytes = encoder.encode(words(found).replace(pattern, instead)); }} catch {{}}
  return found;
}};
const sabotaged = (defect: any): any => class extends Honest {{
  constructor(options: any) {{
    cache.clear();
    kept = undefined;
    const send = async (it: any) => {{
      const response = await options.fetch(it.url, it);
      const bytes = new Uint8Array(await response.arrayBuffer());
      return {{ status: response.status, headers: new Headers(response.headers), bytes }};
    }};
    super({{ ...options, fetch: async (url: any, init: any) => {{
      const headers = Object.fromEntries(new Headers(init.headers));
      const {{ status, headers: given, bytes }} = await defect({{ ...init, url, headers }}, send);
      const none = !bytes.length || [204, 205, 304].includes(status);
      return new Response(none ? null : bytes, {{ status, headers: given }});
    }} }} as never);
  }}
}};
"""


def copied(out: Path) -> Path:
    """An output folder like ours, whose TypeScript SDK may be changed; its sources."""
    for name in ("server", "python-client"):
        (out / name).symlink_to(OUT / name)
    sources = out / "typescript-client" / "src"
    shutil.copytree(OUT / "typescript-client" / "src", sources)
    return sources


class Saboteurs:
    """Judges SDKs with defects, with the help of an honest server; all the TypeScript ones in one
    process. `folder` is empty. A context manager."""

    def __init__(self, trial: Trial, folder: Path) -> None:
        self._trial = trial
        self._folder = folder
        self._bridge: Bridge | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bridge is not None:
            self._bridge.close()

    def findings(self, defect: Defect, profile: str = "smoke") -> list[str]:
        """What the judge finds first, as "<check>: <message>"; nothing when the defect survives."""
        return next(([told] for told in self.found(defect, profile)), [])

    def found(self, defect: Defect, profile: str = "smoke") -> Iterator[str]:
        """All that it finds. The checks that are about such defects come first."""
        KEPT.clear()
        CACHE.clear()
        trial = dataclasses.replace(self._trial, profile=PROFILES[profile])
        checks = [*request_checks(trial), *answer_checks(trial), *story_checks(trial)]
        checks.sort(key=lambda check: check.kind != defect.kind)
        with patch.dict(checks_of_sdks.SDKS, self._drivers(defect)), Session(trial) as session:
            for check in checks:
                if check.name == SDKS[defect.sdk]:
                    for broken in check.judge(session):
                        yield f"{check.id}: {broken.message}"

    def _drivers(self, defect: Defect) -> Mapping[str, Any]:
        """What drives the SDKs with the defect in them."""

        def sync(session: Session, server: Any, retries: int) -> SyncDriver:
            package = sdk.load(session.trial.api, session.trial.out)
            between = partial(Sabotaged, sabotage=defect.sabotage)
            return SyncDriver(package, session.trial.api, server, retries, between)

        def awaited(session: Session, server: Any, retries: int) -> AsyncDriver:
            package = sdk.load(session.trial.api, session.trial.out)
            between = partial(AsyncSabotaged, sabotage=defect.sabotage)
            return AsyncDriver(package, session.trial.api, server, retries, between)

        def typescript(session: Session, server: Any, retries: int) -> TypeScriptDriver:
            bridge: Any = Renamed(self.bridge(), defect.name)
            return TypeScriptDriver(bridge, session.trial.api, server, retries)

        return {SyncDriver.name: sync, AsyncDriver.name: awaited, TYPESCRIPT: typescript}

    def bridge(self) -> Bridge:
        """The process with the TypeScript SDK, which has a class for each defect."""
        if self._bridge is None:
            sources, api = copied(self._folder), self._trial.api
            (sources / "index.ts").rename(sources / "honest.ts")
            key = api.key.header.lower() if api.key is not None else ""
            text = WRAPPER.format(client=api.package.pascal, key=key)
            for name, defect in BOTH.items():
                script = f"async (it: any, send: any): Promise<any> => {{ {defect.script} }}"
                text += f"export const {name} = sabotaged({script});\n"
            (sources / "index.ts").write_text(text)
            self._bridge = Bridge(self._folder)
        return self._bridge


class Renamed:
    """A bridge that makes clients of another class."""

    def __init__(self, bridge: Bridge, client: str) -> None:
        self._bridge = bridge
        self._client = client

    def ask(self, line: Mapping[str, Any]) -> Any:
        return self._bridge.ask({**line, "client": self._client} if "client" in line else line)


def of(name: str, one: Both) -> dict[str, Defect]:
    """A defect in each SDK, by SDK and name."""
    return {f"{kind}/{name}": Defect(kind, name, one.kind, one.says, one.sabotage) for kind in SDKS}


SDK_DEFECTS: Mapping[str, Defect] = {
    key: defect
    for name, one in BOTH.items()
    if name != "honest"
    for key, defect in of(name, one).items()
}
"""All of them, by SDK and name."""
NO_DEFECT = of("honest", BOTH["honest"])
"""Controls."""
