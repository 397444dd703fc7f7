"""A foreign document into one that the house rules accept, and a note of all that it lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from specpipe.adopt.draft import Draft, Note
from specpipe.adopt.inlining import Inliner
from specpipe.adopt.naming import name_operations, rename_schemas
from specpipe.adopt.operations import keep_operations, lower_parameters
from specpipe.adopt.refusals import say_refusals
from specpipe.adopt.repair import found, references, repair
from specpipe.adopt.schemas import Lowering
from specpipe.adopt.security import one_key, plain_servers, plain_version
from specpipe.adopt.shape import check_shape
from specpipe.adopt.swagger import SECTIONS, as_openapi
from specpipe.conformance.samples import sample
from specpipe.diagnostics import Diagnostic, Location, SpecError
from specpipe.pipeline import checked
from specpipe.spec.build import package
from specpipe.spec.model import Api, Document
from specpipe.spec.nodes import operations, root, unescape

ROUNDS = 12
"""How often what the rules refuse is left out before this gives up: that can uncover more."""
LARGEST = 32 * 1024 * 1024
"""Bytes of a document that is read to be adopted: in JSON, with an example of everything, those of
others are larger than what comes of them."""
KEPT = ("info", "servers", "tags", "paths", "components", "security", "externalDocs")


@dataclass(frozen=True, slots=True)
class Adoption:
    """What a foreign document became."""

    data: Mapping[str, Any]
    api: Api
    notes: tuple[Note, ...]
    operations: int
    """How many the foreign document has."""


def adopt(source: Document) -> Adoption:
    """`source` in the house profile. Raises SpecError when nothing can be made of it: another
    version, no operation that can be kept, or a fault that is not in any part that could go."""
    count = sum(1 for _ in operations(source))
    source, sections = as_three(source)
    data = {key: deepcopy(source.data.get(key)) for key in KEPT if key in source.data}
    draft = Draft(source, {"openapi": "3.1.0", **data}, sections=sections)
    for key in ("info", "paths", "components"):
        if not isinstance(draft.data.get(key), dict):
            draft.data[key] = {}
    if source.data.get("webhooks"):
        draft.note("/webhooks", "left out", "webhooks")
    Inliner(draft).run()
    rename_schemas(draft)
    name_operations(draft)
    plain_servers(draft)
    plain_version(draft)
    keep_operations(draft)
    one_key(draft)
    prune(draft)
    lowering = Lowering(draft)
    lower_parameters(draft, lowering)
    say_refusals(draft)
    draft.data["components"]["schemas"] = lowering.components()
    api = settled(draft)
    return Adoption(draft.data, api, tuple(sorted(set(draft.notes))), count)


def as_three(source: Document) -> tuple[Document, tuple[tuple[str, str], ...]]:
    """`source` as OpenAPI 3, and its sections that Swagger 2.0 called otherwise. Raises SpecError
    for other versions than 2.0, 3.0 and 3.1."""
    document = root(source)
    if faults := check_shape(source):
        raise SpecError(faults)
    if document.raw("swagger").value in ("2.0", 2.0):
        return replace(source, data=as_openapi(dict(source.data))), SECTIONS
    node = document.raw("swagger" if "swagger" in document.map else "openapi")
    if not str(node.value).startswith(("3.0.", "3.1.")):
        message = f"{'Swagger' if 'swagger' in document.map else 'OpenAPI'} {node.value}"
        raise SpecError([node.unsupported(message, "adopt Swagger 2.0, OpenAPI 3.0 or 3.1")])
    return source, ()


def settled(draft: Draft) -> Api:
    """The operations view of the draft once the rules have nothing against it. Raises SpecError."""
    for _ in range(ROUNDS):
        prune(draft)
        if not draft.data["paths"]:
            raise SpecError(_nothing_left(draft))
        document = as_document(draft)
        if not package(document).snake.isidentifier():
            draft.data["x-package"] = "api"
        try:
            return checked(document)[1]
        except SpecError as error:
            left = [d for d in error.diagnostics if not exemplified(draft, d)]
            if left and not repair(draft, left):
                raise SpecError(_at_source(draft, left)) from None
    raise SpecError(_at_source(draft, left))


def _nothing_left(draft: Draft) -> Iterator[Diagnostic]:
    """Why no operation is left: of each, what it was left out for."""
    for note in draft.notes:
        if note.kind == "left out" and note.what.startswith(("operation", "path")):
            advice = "describe one operation at least without it"
            yield Diagnostic(note.location, note.what, advice, unsupported=True)
    yield root(draft.source).raw("paths").fault("no operation is left", "describe one")


def _at_source(draft: Draft, diagnostics: list[Diagnostic]) -> Iterator[Diagnostic]:
    for each in diagnostics:
        place = draft.origin(each.location.pointer)
        yield Diagnostic(place, each.message, each.advice, each.unsupported)


def exemplified(draft: Draft, diagnostic: Diagnostic) -> bool:
    """Whether the diagnostic asks for an example, which is then put there."""
    if "has no example" not in diagnostic.message:
        return False
    node = found(draft.data, map(unescape, diagnostic.location.pointer.split("/")[1:]))
    try:
        node["example"] = sample(node["schema"], draft.schemas)
    except RecursionError:  # a thing that needs another of its kind: no value is that
        return False
    except KeyError:  # a reference points at nothing, which another diagnostic says
        return True
    return True


def prune(draft: Draft) -> None:
    """Take out component schemas that no operation leads to."""
    wanted: set[str] = set()
    pending = [*references(draft.data["paths"])]
    while pending:
        name = pending.pop()
        if name not in wanted:
            wanted.add(name)
            pending += references(draft.schemas.get(name))
    schemas = {name: schema for name, schema in draft.schemas.items() if name in wanted}
    draft.data["components"]["schemas"] = schemas


class Pointers(Mapping[str, Location]):
    """Every pointer is a place: that is all that repairs look at."""

    def __getitem__(self, pointer: str) -> Location:
        """A place that carries its pointer."""
        return Location("draft", 1, 1, pointer)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __contains__(self, pointer: object) -> bool:
        return True


def as_document(draft: Draft) -> Document:
    """The draft as the rules read it."""
    return Document("draft", draft.data, Pointers(), draft.source.digest)
