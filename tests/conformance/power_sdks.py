"""How much the judge finds in SDKs: all of the defects planted into what they send and are given."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from specpipe import pipeline
from specpipe.conformance.process import generated_server
from specpipe.conformance.profile import PROFILES
from specpipe.conformance.trial import Trial
from specpipe.workspace import OUT, SPEC

from .power_record import Outcome, Row
from .sdk_saboteurs import NO_DEFECT, SDK_DEFECTS, Saboteurs


def judged_sdks(only: frozenset[str]) -> Iterator[Row]:
    """What came of each, or of those in `only`; told on the console."""
    document, api = pipeline.read_spec(SPEC)
    defects = {n: d for n, d in {**NO_DEFECT, **SDK_DEFECTS}.items() if not only or n in only}
    if not defects:
        return
    with (
        generated_server(api, OUT, 1) as server,
        tempfile.TemporaryDirectory(prefix="power-") as folder,
    ):
        trial = Trial(SPEC, document, api, OUT, server, PROFILES["smoke"], seed=1)
        with Saboteurs(trial, Path(folder)) as saboteurs:
            for number, (name, defect) in enumerate(defects.items(), 1):
                outcome = judged(saboteurs, name)
                told = f"[{number:3}/{len(defects)}] {outcome.word:15} {name:42} {outcome.by}"
                print(f"{told} ({outcome.profile}, {outcome.seconds:.0f} s)", flush=True)
                kind = "control" if name in NO_DEFECT else defect.sdk
                yield Row(name, kind, defect.says, outcome)


def judged(saboteurs: Saboteurs, name: str) -> Outcome:
    """One SDK with a defect, in smoke and, when it survives that, in quick."""
    defect = {**NO_DEFECT, **SDK_DEFECTS}[name]
    outcome = Outcome()
    for profile in ("smoke", "quick"):
        started = time.monotonic()
        found = saboteurs.findings(defect, profile)
        seconds = round(time.monotonic() - started, 1)
        if found:
            return Outcome("killed", found[0].partition(":")[0], profile, seconds)
        outcome = Outcome("survived", "", profile, seconds)
    return outcome


if __name__ == "__main__":
    for row in judged_sdks(frozenset(sys.argv[1:])):
        print(row)
