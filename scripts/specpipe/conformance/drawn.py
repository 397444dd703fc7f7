"""What hypothesis draws: values for laws, each failure shrunk to its simplest.

Importing hypothesis takes a fifth of a second: this module is imported where it is used, so that
the other commands do not wait for it.
"""

from __future__ import annotations

import random as randomness
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import hypothesis
import jsonschema_rs
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis import strategies as st
from hypothesis.errors import Flaky

from specpipe.conformance.ledger import Broken, Trespass
from specpipe.conformance.wire import Unreachable
from specpipe.diagnostics import ToolError

V = TypeVar("V")
MOST_SHRINKING = 60
"""How many more values are tried to simplify the one that failed."""


class Over(BaseException):
    """Ends a run of hypothesis at once: it neither catches nor shrinks what is no Exception."""


class Seen:
    """What went wrong in a run, and how many more tries its simplification may take."""

    def __init__(self, tries: int) -> None:
        self.broken: Broken | None = None
        self._tries = tries

    def note(self, broken: Broken) -> None:
        """Keep the latest: hypothesis goes on with simpler ones only."""
        self.broken = broken

    def spend(self) -> None:
        """Count a try. Raises Over when there were enough."""
        if self.broken is not None:
            self._tries -= 1
            if self._tries < 0:
                raise Over


def settings(examples: int, steps: int = 1) -> hypothesis.settings:
    """Nothing is kept on disk, timed or printed, so that a seed decides about everything."""
    return hypothesis.settings(
        max_examples=examples,
        stateful_step_count=steps,
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )


def for_each(
    strategy: st.SearchStrategy[V],
    random: randomness.Random,
    examples: int,
    check: Callable[[V], None],
) -> None:
    """Check values that are drawn. Raises Broken for the simplest one that fails, Trespass,
    Unreachable and ToolError at once."""
    seen = Seen(MOST_SHRINKING)
    stopped: list[Exception] = []

    def test(value: V) -> None:
        seen.spend()
        try:
            check(value)
        except (Trespass, Unreachable, ToolError) as error:
            stopped.append(error)
            raise Over from None
        except Broken as broken:
            seen.note(broken)
            raise

    run = hypothesis.seed(random.getrandbits(64))(
        settings(examples)(hypothesis.given(strategy)(test))
    )
    try:
        run()
    except (Over, Broken, Flaky):
        if stopped:
            raise stopped[0] from None
        if seen.broken is not None:
            raise seen.broken from None
        raise


def matching(schema: Mapping[str, Any], random: randomness.Random | None = None) -> str:
    """A string that matches a schema with a pattern or bounds: the simplest, or a random one."""
    validator = jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True)
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength")
    plain = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=shortest, max_size=longest)
    strings = st.from_regex(schema["pattern"]) if "pattern" in schema else plain
    found: list[str] = []

    def test(value: str) -> None:
        if validator.is_valid(value):
            found.append(value)
            raise Over

    if random is None:
        return str(hypothesis.find(strings, validator.is_valid, settings=settings(2000)))
    run = hypothesis.seed(random.getrandbits(64))(settings(2000)(hypothesis.given(strings)(test)))
    try:
        run()
    except Over:
        return found[0]
    raise Broken(f"no string was found that fits {dict(schema)}")


TEXT = st.text(max_size=40).map(lambda text: text.replace("\0", ""))
"""Any text but U+0000, which some databases cannot hold."""
NUMBERS = st.one_of(
    st.integers(-(2**63), 2**64),
    st.floats(allow_nan=False, allow_infinity=False),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(TEXT, inner, max_size=5)),
    max_leaves=20,
)
"""Any JSON value that every reader of JSON can hold."""
