"""Whether there is a server to judge, before anything else is asked of it."""

from __future__ import annotations

from specpipe.conformance.ledger import Broken
from specpipe.conformance.trial import Trial
from specpipe.diagnostics import ToolError
from specpipe.spec.model import reads_only


def check_reachable(trial: Trial) -> None:
    """Make sure that the server answers and takes our key. Raises Unreachable, ToolError."""
    gets = [o for o in trial.api.operations if reads_only(o) and o.method == "GET"]
    if not gets:
        return
    # Best one without parameters in its path: there a 404 can only mean another base.
    reading = min(gets, key=lambda operation: len(operation.parameters_in("path")))
    url = trial.server.base_url
    with trial.wire() as wire:
        path = {p.wire: "example" for p in reading.parameters_in("path")}
        try:
            status = wire.send(reading, path).status
        except Broken:
            return  # it is there, and what it says is for the checks to tell
    if status in (401, 403):
        raise ToolError(f"{url} refuses the key: set API_KEY to one that it takes")
    if status == 404 and not reading.parameters_in("path"):
        raise ToolError(f"{url} has no {reading.path}: is that the right base URL?")
