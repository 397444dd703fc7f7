"""What SDKs make of answers: each ends in the value that it is, with nothing lost, or in an error
of the SDK's own that says what is wrong with it. Never in anything else."""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from specpipe.conformance import odd_http
from specpipe.conformance.calls import plain_call
from specpipe.conformance.contract import Contract, Language, clipped
from specpipe.conformance.exchange import Exchange
from specpipe.conformance.ledger import Broken
from specpipe.conformance.mirror import mirrored
from specpipe.conformance.mouth import Mouth, Reply, reply
from specpipe.conformance.oddities import chosen, oddities
from specpipe.conformance.sdk import Client, told
from specpipe.conformance.trial import Trial
from specpipe.conformance.values import Values, least
from specpipe.diagnostics import ToolError
from specpipe.spec.model import Operation, Response

STATEMENT = (
    "A valid answer loses nothing in the SDK; an odd one ends in an error that says what it is."
)
DECODE = frozenset({"DecodeError"})
UNEXPECTED = "UnexpectedStatusError"
KEY = "a-key-of-nobody"
NO_VALUE = object()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server says, and what this may end in: a value, or one of the named errors."""

    what: str
    reply: Reply
    value: Any = NO_VALUE
    errors: frozenset[str] = frozenset()
    status: int | None = None
    """That the error has to have."""
    never: frozenset[str] = frozenset()
    """Classes that the error must not be of."""
    schema: str | None = None
    """Of the value."""


class Answers:
    """All kinds of answers to the operations of a spec, for an SDK of one language; the same ones
    for the same seed."""

    def __init__(self, trial: Trial, language: Language) -> None:
        self._document, self._profile, self._seed = trial.document, trial.profile, trial.seed
        self._contract = Contract(trial.document, language)
        self._shapes = self._contract.shapes
        self._count = trial.profile.answers
        self._is_small = self._count < len(odd_http.STATUSES)
        self._dice = random.Random()
        self._values = Values(self._shapes.schemas, self._dice)

    def to(self, operation: Operation, elsewhere: str, first: bool) -> Iterator[Answer]:
        """The answers to one operation. `elsewhere`: the URL of another server. `first`: of those
        that give JSON, on which is tried what the others need not see each as well. They are the
        same whichever operations came before."""
        self._dice.seed(f"{self._seed}/answers/{operation.id}")
        for success in operation.responses:
            if 200 <= success.status < 300:
                yield from self._contents(success)
                if first or not self._is_small:
                    yield from self._odd_http(success)
        for status in (*(it.status for it in operation.responses), *self._statuses(first)):
            if not any(it.status == status < 300 for it in operation.responses):
                yield self._refusal(operation, status, elsewhere)

    def _statuses(self, first: bool) -> Iterable[int]:
        if self._is_small:
            return odd_http.STATUSES if first else self._dice.sample(odd_http.STATUSES, 5)
        return range(200, 600) if first else odd_http.STATUSES

    def _contents(self, success: Response) -> Iterator[Answer]:
        """A documented success, with all kinds of bodies."""
        if success.schema is None:
            yield from self._without_schema(success)
            return
        seen = set()
        for what, value in self._of_schema(success):
            text = json.dumps(value, ensure_ascii=False).encode()
            if text not in seen:
                seen.add(text)
                yield self.judged(what, success, text, value)
        if not isinstance(full := self._full(success), dict | list):
            return
        for what, text in odd_http.texts(json.dumps(full, ensure_ascii=False)):
            yield Answer(what, reply(success.status, text, success.media_type), errors=DECODE)

    def _without_schema(self, success: Response) -> Iterator[Answer]:
        if success.media_type is None:
            yield Answer("nothing", reply(success.status), None)
            return
        for text in ("", "a text", "é\U0001f600\u2028\0\r\n "):
            yield Answer(
                f"the text {text!r}", reply(success.status, text.encode(), success.media_type), text
            )
        raw = reply(success.status, b"caf\xe9", success.media_type)
        yield Answer("text that is not UTF-8", raw, errors=DECODE)

    def judged(self, what: str, success: Response, text: bytes, value: Any) -> Answer:
        """A body of JSON, and what the contract says about it."""
        raw = reply(success.status, text, success.media_type)
        if self._contract.allows(str(success.schema), value):
            return Answer(what, raw, value, schema=success.schema)
        return Answer(what, raw, errors=DECODE, status=success.status)

    def _full(self, success: Response) -> Any:
        """The documented example, or the least that is valid."""
        if success.example is not None:
            return success.example
        return least(self._reference(success.schema), self._shapes.schemas)

    def _reference(self, schema: str | None) -> dict[str, str]:
        return {"$ref": f"#/components/schemas/{schema}"} if schema else {}

    def _of_schema(self, success: Response) -> Iterator[tuple[str, Any]]:
        """Values: of the schema, and odd ones."""
        schema, full = self._reference(success.schema), self._full(success)
        yield "the least", least(schema, self._shapes.schemas)
        yield "the example", full
        for odd in chosen(oddities(full, schema, self._shapes), self._count, self._dice):
            yield str(odd), odd.of(full)
        for value in mirrored(
            self._document, str(success.schema), self._profile.mirrored, self._seed
        ):
            yield "a mirrored value", value
        for _ in range(max(self._count // 8, 3)):
            value = self._values.valid(schema)
            yield "a drawn value", value
            for odd in chosen(oddities(value, schema, self._shapes), 2, self._dice):
                yield f"{odd} of a drawn value", odd.of(value)

    def difference(self, found: Any, answer: Answer) -> str | None:
        """The first place at which a result is not the value of its answer."""
        return self._contract.difference(found, answer.value, self._reference(answer.schema))

    def _odd_http(self, success: Response) -> Iterator[Answer]:
        """What can be odd about an answer around its body."""
        value = self._full(success)
        if success.schema is None or not isinstance(value, dict | list):
            return
        text = json.dumps(value, ensure_ascii=False).encode()
        for media_type in odd_http.JSON_TYPES:
            what = f"JSON called {media_type!r}"
            yield Answer(
                what, reply(success.status, text, media_type), value, schema=success.schema
            )
        for media_type in odd_http.OTHER_TYPES:
            what = f"JSON called {media_type!r}"
            yield Answer(what, reply(success.status, text, media_type), errors=DECODE)
        for odd in odd_http.framings(success.status, str(success.media_type), text):
            given = value if odd.whole else NO_VALUE
            yield Answer(odd.what, odd.reply, given, odd.errors, schema=success.schema)

    def _refusal(self, operation: Operation, status: int, elsewhere: str) -> Answer:
        """A status that is no success of this operation."""
        body, media_type = odd_http.BODIES[status % len(odd_http.BODIES)]
        documented = any(it.status == status for it in operation.responses)
        usual = "StatusError" if documented else UNEXPECTED
        headers = {"Location": elsewhere} if 300 <= status < 400 else {}
        hidden = status in self._contract.language.hides
        raw = reply(status, b"" if status in (204, 205, 304) else body, media_type, headers)
        return Answer(
            f"{'a documented' if documented else 'an undocumented'} {status}",
            raw,
            errors=odd_http.BROKEN if hidden else frozenset({usual}),
            status=None if hidden else status,
            never=frozenset({UNEXPECTED} if documented else ()),
        )


def faults(
    trial: Trial, operations: Collection[str], driver: Client, language: Language, mouth: Mouth
) -> Iterator[Broken]:
    """What an SDK makes of answers that it should not, to operations, by id. It is a client of
    `mouth` that repeats nothing."""
    answers = Answers(trial, language)
    first = next((o for o in trial.api.operations if o.success.schema is not None), None)
    with Mouth(None) as elsewhere:
        for operation in (o for o in trial.api.operations if o.id in operations):
            url = f"{elsewhere.running.base_url}/elsewhere"
            for answer in answers.to(operation, url, operation is first):
                mouth.says(answer.reply)
                driver.exchanges.clear()
                wrong = fault(driver, operation, answer, answers)
                wrong = wrong or unasked(mouth, elsewhere, answer.status in language.repeats)
                if wrong is not None:
                    yield Broken(f"{operation.id}: {answer.what}: {wrong}", last(driver))


def unasked(mouth: Mouth, elsewhere: Mouth, repeats: bool) -> str | None:
    """Whether more was sent than the one request, or two where the language `repeats` it."""
    if elsewhere.heard:
        elsewhere.says(reply(204))
        return "the SDK followed a redirect to another server"
    if not 1 <= len(mouth.heard) <= 1 + repeats:
        return f"the SDK sent {len(mouth.heard)} requests, not one"
    return None


def fault(driver: Client, operation: Operation, answer: Answer, answers: Answers) -> str | None:
    """What is wrong with what a call ends in; None for nothing."""
    call = plain_call(operation)
    try:
        result = driver.call(operation, *call.path, **call.arguments)
    except ToolError:
        raise
    except Exception as error:
        return misnamed(driver.kinds(error), error, answer)
    if answer.value is NO_VALUE:
        return f"the SDK took it for a result: {clipped(result)}"
    wrong = answers.difference(result, answer)
    return f"in what the SDK made of it, {wrong}" if wrong else None


def misnamed(kinds: tuple[str, ...], error: Exception, answer: Answer) -> str | None:
    """What is wrong with an error; None for nothing."""
    if not answer.errors & set(kinds) or answer.never & set(kinds):
        wanted = " or ".join(sorted(answer.errors)) or "a value"
        return f"the SDK raised {told(error)}; not {wanted}"
    status = getattr(error, "status", None)
    if answer.status is not None and status != answer.status:
        return f"the error has the status {status}"
    return None


def last(driver: Client) -> Exchange | None:
    """The newest exchange of a driver."""
    return driver.exchanges[-1] if driver.exchanges else None
