"""What is said up front about how the judge behaves on somebody's server."""

from __future__ import annotations

from collections.abc import Iterator

from specpipe.conformance.journal import pending, place
from specpipe.conformance.trial import Trial


def manners(trial: Trial, writes: bool) -> Iterator[str]:
    """What will be sent to a server that is not ours, how fast, and what is left there of an
    earlier run. Raises ToolError for a damaged journal."""
    if not trial.foreign:
        return
    rate = trial.pace.rate
    fast = f"at most {rate:g} requests a second" if rate else "as fast as it answers"
    url = trial.server.base_url
    if writes:
        yield f"somebody's server: writes to things of its own only, and removes them; {fast}"
        yield f"journal of what is made there: {place(url)}"
        yield "writing operations are not fuzzed: ALLOW_WRITES=all does, on a server to throw away"
    else:
        yield f"somebody's server: nothing is sent that changes something; {fast}"
    left = pending(url)
    if left:
        count = len(left.things) + len(left.unanswered)
        yield (
            f"a run that was killed has left up to {count} things there: "
            f"make conformance CLEANUP=1 BASE_URL={url} removes them"
        )
