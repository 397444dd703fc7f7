"""The check that no two things of the TypeScript SDK have one name where programs import them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from specpipe.diagnostics import ToolError
from specpipe.spec.model import Api, Document
from specpipe.targets.typescript_calls import Calls
from specpipe.targets.typescript_conveniences import iteration

OWN = frozenset(
    {
        *("Array", "CallOptions", "Change", "ClientOptions", "Engine", "ModifyOptions", "Omit"),
        *("Promise", "Raw", "RawResponse", "Scalar", "Settings", "Timeout", "Timestamp"),
        "ViewOptions",
    }
)
"""What every SDK exports besides its errors, and what the module of the client refers to."""


def check_exports(document: Document, api: Api, calls: Calls, errors: Iterable[str]) -> None:
    """Raise ToolError, naming what of the spec would have a name that is taken, and where it is.
    The names of component schemas may be: those have a namespace of their own."""
    taken = {**dict.fromkeys(OWN, "the SDK's own"), **dict.fromkeys(errors, "an error's")}
    lines = []
    for name, pointer, what in exports(document, api, calls):
        if name in taken:
            remedy = (
                "rename one of them" if pointer.startswith("/paths") else "write another x-package"
            )
            lines.append(f"{document.at(pointer)}: {what} {name}, which is {taken[name]}; {remedy}")
        taken.setdefault(name, f"that of another thing, at {document.at(pointer)}")
    if lines:
        raise ToolError("\n".join(lines))


def exports(document: Document, api: Api, calls: Calls) -> Iterator[tuple[str, str, str]]:
    """The names that a spec gives, each with the JSON pointer to what it is of, and words."""
    title = "/x-package" if "x-package" in document.data else "/info/title"
    yield api.package.pascal, title, "TypeScript would call the client"
    for tag, group in calls.by_tag():
        tags = f"{group[0].operation.pointer}/tags/0"
        yield f"{tag.pascal}Resource", tags, f"TypeScript would call the operations of {tag.wire}"
        for call in group:
            if call.query:
                text = f"TypeScript would call the options of {call.operation.id}"
                yield call.options, call.operation.pointer, text
        if walked := iteration(group):
            text = f"TypeScript would call the options of iterate of {tag.wire}"
            yield walked.options, walked.listing.operation.pointer, text
