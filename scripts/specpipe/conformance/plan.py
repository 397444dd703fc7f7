"""What a judgement will do, before it does anything: the checks, and the operations to fuzz."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from specpipe.conformance.access import access_checks
from specpipe.conformance.check import Check
from specpipe.conformance.checks_of_forms import form_checks
from specpipe.conformance.checks_of_histories import history_checks
from specpipe.conformance.checks_of_laws import law_checks
from specpipe.conformance.checks_of_methods import method_checks
from specpipe.conformance.checks_of_refusals import refusal_checks
from specpipe.conformance.checks_of_sdks import answer_checks, request_checks, story_checks
from specpipe.conformance.trial import Trial
from specpipe.spec.model import Operation, reads_only


@dataclass(frozen=True, slots=True)
class Plan:
    """The checks, in the order in which they are made, and the operations fuzzed after those that
    ask the server: each by itself, and with requests that build on the answers of others
    (`linked`)."""

    checks: tuple[Check, ...]
    fuzzed: tuple[Operation, ...]
    linked: tuple[Operation, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether a check of it asks the server to change something."""
        return any(check.writes for check in self.checks)

    def reading_only(self) -> Plan:
        """What is left of it when nothing may be changed."""
        checks = tuple(check for check in self.checks if not check.writes)
        fuzzed, linked = (tuple(filter(reads_only, some)) for some in (self.fuzzed, self.linked))
        return Plan(checks, fuzzed, linked)

    def about(self, operations: Collection[str]) -> Plan:
        """What of it is about any of these operations, by id."""
        checks = tuple(filter(None, (check.about(operations) for check in self.checks)))
        fuzzed = tuple(o for o in self.fuzzed if o.id in operations)
        return Plan(checks, fuzzed, tuple(o for o in self.linked if o.id in operations))


def planned(trial: Trial) -> Plan:
    """All that can be checked about a server and the SDKs, what is cheap before what is not.

    Of somebody's server only what reads is fuzzed: a case is meant to be wrong, and what a faulty
    server changes then, or stores while it says that it refuses, could be neither known nor undone.
    """
    checks = [
        *law_checks(trial),
        *history_checks(trial),
        *access_checks(trial),
        *form_checks(trial),
        *refusal_checks(trial),
        *method_checks(trial),
        *story_checks(trial),
        *request_checks(trial),
        *answer_checks(trial),
    ]
    fuzzed = [o for o in trial.api.operations if not trial.foreign or reads_only(o)]
    return Plan(tuple(checks), tuple(fuzzed), tuple(fuzzed))
