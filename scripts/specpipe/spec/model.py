"""The operations view: what a spec says about an API, frozen and language-neutral. `build.build`
makes it from a document; targets and conformance read nothing else of the `paths`, `x-resource`
and `security` parts. Raw JSON Schemas stay in `Document`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from specpipe.diagnostics import Location
from specpipe.spec.names import Name

Time = Literal["created", "updated"]
"""The times of a stored thing."""
ParameterType = Literal["string", "integer", "number", "boolean", "date-time"]


@dataclass(frozen=True, slots=True)
class Document:
    """A loaded spec: its data, the place of every node by JSON pointer, the SHA-256 of the file's
    bytes (hexadecimal), and texts of files beside it that pages show (`load.SHOWN`), by name."""

    file: str
    data: Mapping[str, Any]
    places: Mapping[str, Location]
    digest: str
    beside: Mapping[str, str] = field(default_factory=dict)

    def at(self, pointer: str) -> Location:
        """The place of `pointer`, or of its nearest parent that has one."""
        while pointer and pointer not in self.places:
            pointer = pointer.rpartition("/")[0]
        return self.places.get(pointer, Location(self.file))


@dataclass(frozen=True, slots=True)
class Parameter:
    """A path or query parameter. `schema` is its JSON Schema, references resolved."""

    wire: str
    name: Name
    place: Literal["path", "query"]
    type: ParameterType
    required: bool
    schema: Mapping[str, Any]
    description: str
    pointer: str
    example: Any = None

    @property
    def default(self) -> Any:
        """The schema's `default`, or None."""
        return self.schema.get("default")


@dataclass(frozen=True, slots=True)
class Body:
    """A request body: a component schema sent as `media_type`."""

    schema: str
    media_type: str
    required: bool
    example: Any
    pointer: str


@dataclass(frozen=True, slots=True)
class Response:
    """A documented answer. `media_type` and `schema` are None when it has no body; `schema` is
    None for text as well."""

    status: int
    description: str
    media_type: str | None
    schema: str | None
    example: Any
    pointer: str


@dataclass(frozen=True, slots=True)
class Resource:
    """A thing that a server stores (`x-resources`)."""

    name: Name
    schema: str
    id: str
    created: tuple[str, ...]
    """Path of members to the time of creation."""
    updated: tuple[str, ...]
    gone: int
    """Status for an unknown one."""
    heavy: tuple[str, ...]
    """Members left out of a reply when its `full` parameter is false."""
    items: str
    positions: str
    """Members of a collection: the list, and the map from id to place in it."""
    pointer: str

    def path_to(self, time: Time) -> tuple[str, ...]:
        """The path of members to one of its times."""
        return self.created if time == "created" else self.updated


@dataclass(frozen=True, slots=True)
class Create:
    """Store a new thing; the body may propose its id and bring one associate."""

    verb = "create"
    resource: Resource
    full: str | None
    id: str | None
    adopts: tuple[tuple[str, str], ...]
    """(member of the body holding a reference, collection member that it is added to)."""
    without_body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything stored, in full."""

    verb = "snapshot"
    resource: Resource
    full: str | None
    omits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Identifiers:
    """The ids of what is stored, ordered, filtered and cut off."""

    verb = "identifiers"
    resource: Resource
    order: Time
    descending: bool
    limit: str | None
    ranges: tuple[tuple[Time, str, str], ...]
    """(time, parameter with its inclusive lower bound, parameter with its upper bound)."""


@dataclass(frozen=True, slots=True)
class Get:
    """One thing by id."""

    verb = "get"
    resource: Resource
    full: str | None
    id: str


@dataclass(frozen=True, slots=True)
class Update:
    """Replace the members that the body has; the id is in the body."""

    verb = "update"
    resource: Resource
    full: str | None


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove one thing by id."""

    verb = "delete"
    resource: Resource
    id: str


@dataclass(frozen=True, slots=True)
class BatchFetch:
    """Many things by id; the unknown ids are listed."""

    verb = "batch-fetch"
    resource: Resource
    full: str | None
    ids: str
    found: str
    missing: str
    omits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Associate:
    """Add a reference to one of the thing's collections, or (`removes`) take it out."""

    resource: Resource
    id: str
    other: str
    member: str
    removes: bool

    @property
    def verb(self) -> str:
        """`associate` or `disassociate`."""
        return "disassociate" if self.removes else "associate"


@dataclass(frozen=True, slots=True)
class Increment:
    """Add one to each counter that the body names as true."""

    verb = "increment"
    resource: Resource
    id: str
    reads: str
    member: str
    """Member of the resource that holds the counters."""
    total: str
    counters: tuple[str, ...]
    """Counters that the body can name, in schema order."""
    starts: tuple[str, ...]
    """Counters that must exist, at zero, once there are any."""
    maximum: int


Addressing = Get | Update | Delete | Associate | Increment
"""Behaviours towards one thing that must exist: for an unknown one they answer `gone`."""
Reading = Snapshot | Identifiers | Get | BatchFetch
"""Behaviours that change nothing."""
Behaviour = Create | Reading | Addressing


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `method` is upper case; `method_name` is its name on a resource object of
    an SDK, unique within `tag`."""

    id: str
    name: Name
    method_name: Name
    tag: Name
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    body: Body | None
    responses: tuple[Response, ...]
    secured: bool
    behaviour: Behaviour | None
    pointer: str

    def parameters_in(self, place: str) -> tuple[Parameter, ...]:
        """Its parameters in `place`: path parameters in path order, others as documented."""
        return tuple(p for p in self.parameters if p.place == place)

    @property
    def success(self) -> Response:
        """The first documented 2xx answer."""
        return next(r for r in self.responses if 200 <= r.status < 300)

    @property
    def produces(self) -> tuple[str, ...]:
        """The media types of its documented answers, each once."""
        return tuple(dict.fromkeys(r.media_type for r in self.responses if r.media_type))

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does no more than sending it once (RFC 9110, 9.2.2): by its
        verb where it has one, by its method otherwise."""
        if self.behaviour is not None:
            return self.behaviour.verb not in {"create", "update", "increment"}
        return self.method in {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"}


def reads_only(operation: Operation) -> bool:
    """Whether an operation changes nothing: by its verb, or by its method when it has none."""
    if operation.behaviour is not None:
        return isinstance(operation.behaviour, Reading)
    return operation.method in {"GET", "HEAD"}


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key sent in header `header` (securitySchemes, type apiKey)."""

    scheme: str
    header: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Api:
    """A whole API. Operations are in document order; `tags` in order of first use."""

    title: str
    version: str
    description: str
    package: Name
    """Base of the package names (`x-package`)."""
    servers: tuple[str, ...]
    ports: tuple[int, int]
    key: ApiKey | None
    tags: tuple[Name, ...]
    operations: tuple[Operation, ...]
    resources: tuple[Resource, ...]
    schemas: tuple[str, ...]
    descriptions: Mapping[str, str] = field(default_factory=dict)
    """Tag name on the wire to its description."""
