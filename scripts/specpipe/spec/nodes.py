"""Reading a document leniently: a cursor that knows where it is and never raises.

Rules run on documents that are already known to be broken, so a step to something that is not
there leads to a node without a value instead of to an exception.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from specpipe.diagnostics import Diagnostic, Location
from specpipe.spec.model import Document

MAX_MESSAGE = 300
MAX_CHAIN = 64
"""References followed one after the other before they count as circular."""
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def escape(token: str) -> str:
    """`token` as one step of a JSON pointer."""
    if "~" in token or "/" in token:
        return token.replace("~", "~0").replace("/", "~1")
    return token


def unescape(step: str) -> str:
    """The token that a step of a JSON pointer stands for."""
    return step.replace("~1", "/").replace("~0", "~")


class Node(NamedTuple):
    """A value of a document and the JSON pointer to it. No value is None, as is YAML's null."""

    document: Document
    value: Any
    pointer: str = ""

    def raw(self, key: str | int) -> Node:
        """The child at `key`, a reference left as it is."""
        value = None
        if isinstance(self.value, dict) and isinstance(key, str):
            value = self.value.get(key)
        elif isinstance(self.value, list) and isinstance(key, int) and 0 <= key < len(self.value):
            value = self.value[key]
        return Node(self.document, value, f"{self.pointer}/{escape(str(key))}")

    def get(self, *keys: str | int) -> Node:
        """The node that `keys` lead to, references followed at each step."""
        node = self.follow()
        for key in keys:
            node = node.raw(key).follow()
        return node

    def follow(self) -> Node:
        """What a chain of references ends at; a node without a value when it ends nowhere."""
        node = self
        for _ in range(MAX_CHAIN):
            target = node.reference
            if target is None:
                return node
            if not target.startswith("#"):
                break
            node = find(self.document, target[1:])
        return Node(self.document, None, node.pointer)

    @property
    def reference(self) -> str | None:
        """The text of `$ref` when this is a reference."""
        target = self.value.get("$ref") if isinstance(self.value, dict) else None
        return target if isinstance(target, str) else None

    @property
    def component(self) -> str | None:
        """The component schema that this node, unfollowed, refers to."""
        prefix = "#/components/schemas/"
        target = self.reference
        if target is None or not target.startswith(prefix) or "/" in target[len(prefix) :]:
            return None
        return unescape(target[len(prefix) :])

    @property
    def map(self) -> Mapping[str, Any]:
        """The value when it is a mapping, an empty one otherwise."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def text(self) -> str:
        """The value when it is a string, the empty one otherwise."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def strings(self) -> tuple[str, ...]:
        """The strings in a list."""
        items = self.value if isinstance(self.value, list) else []
        return tuple(item for item in items if isinstance(item, str))

    @property
    def location(self) -> Location:
        """Where the node is in the file."""
        return self.document.at(self.pointer)

    def members(self) -> Iterator[tuple[str, Node]]:
        """Keys and values of a mapping, references left as they are."""
        for key, value in self.map.items():
            yield key, Node(self.document, value, f"{self.pointer}/{escape(key)}")

    def items(self) -> Iterator[Node]:
        """Items of a list, references left as they are."""
        for index, value in enumerate(self.value if isinstance(self.value, list) else ()):
            yield Node(self.document, value, f"{self.pointer}/{index}")

    def fault(self, message: str, advice: str) -> Diagnostic:
        """A diagnostic about this node."""
        return Diagnostic(self.location, _short(message), advice)

    def unsupported(self, message: str, advice: str) -> Diagnostic:
        """A diagnostic about legal OpenAPI here that this pipeline does not generate."""
        return Diagnostic(self.location, _short(message), advice, unsupported=True)


def _short(message: str) -> str:
    return message if len(message) <= MAX_MESSAGE else f"{message[:MAX_MESSAGE]}…"


@dataclass(frozen=True, slots=True)
class OperationNode:
    """An operation with what its path item says for it."""

    path: str
    method: str
    node: Node
    item: Node

    @property
    def id(self) -> str:
        """The operationId, or an empty string."""
        return self.node.raw("operationId").text

    @property
    def parameters(self) -> tuple[Node, ...]:
        """Its parameters, those of the path item that it does not override in front."""
        found: dict[tuple[str, str], Node] = {}
        for holder in (self.item, self.node):
            for child in holder.raw("parameters").items():
                parameter = child.follow()
                found[parameter.raw("name").text, parameter.raw("in").text] = parameter
        return tuple(found.values())

    def parameter(self, name: str, place: str) -> Node | None:
        """The parameter `name` in `place`."""
        for parameter in self.parameters:
            if (parameter.raw("name").value, parameter.raw("in").value) == (name, place):
                return parameter
        return None

    @property
    def responses(self) -> Iterator[tuple[str, Node]]:
        """Status as written, and the response."""
        for status, child in self.node.raw("responses").members():
            yield status, child.follow()

    @property
    def body(self) -> Node:
        """The schema of the request body, unfollowed."""
        return media(self.node.get("requestBody"))[1].raw("schema")

    @property
    def reply(self) -> Node:
        """The schema of the first 2xx answer, unfollowed."""
        for status, response in self.responses:
            if is_success(status):
                return media(response)[1].raw("schema")
        return Node(self.node.document, None, self.node.pointer)


def is_success(status: str) -> bool:
    """Whether `status` is 200 to 299."""
    return len(status) == 3 and status.isascii() and status.isdigit() and status[0] == "2"


def root(document: Document) -> Node:
    """The whole document."""
    return Node(document, document.data)


def find(document: Document, pointer: str) -> Node:
    """The node at `pointer`."""
    node = root(document)
    for step in pointer.split("/")[1:]:
        token = unescape(step)
        is_index = isinstance(node.value, list) and token.isascii() and token.isdigit()
        node = node.raw(int(token[:9]) if is_index else token)
    return node if pointer.startswith("/") or not pointer else Node(document, None, pointer)


def operations(document: Document) -> Iterator[OperationNode]:
    """Every operation, in document order."""
    for path, child in root(document).raw("paths").members():
        item = child.follow()
        for method, node in item.members():
            if method in METHODS and isinstance(node.value, dict):
                yield OperationNode(path, method, node, item)


def everything(document: Document) -> Iterator[Node]:
    """Every node of a document, references left as they are."""
    pending = [root(document)]
    while pending:
        node = pending.pop()
        pending += [child for _, child in node.members()]
        pending += node.items()
        yield node


def schemas(document: Document) -> Iterator[tuple[str, Node]]:
    """Every component schema, in document order."""
    return root(document).get("components").raw("schemas").members()


def all_schemas(document: Document) -> Iterator[Node]:
    """Component schemas, and the schemas inside them."""
    pending = [schema for _, schema in schemas(document)]
    while pending:
        node = pending.pop()
        yield node
        pending += [child for _, child in node.raw("properties").members()]
        pending += [node.raw("items"), node.raw("additionalProperties")] if node.map else []


def media(holder: Node) -> tuple[str | None, Node]:
    """The first media type of a body or response and what is said about it."""
    for media_type, node in holder.raw("content").members():
        return media_type, node
    return None, Node(holder.document, None, holder.pointer)


def examples(content: Node) -> Iterator[Node]:
    """The examples of a media type: its own, or else those of its schema."""
    found = False
    if "example" in content.map:
        found = True
        yield content.raw("example")
    for _, child in content.raw("examples").members():
        example = child.follow()
        if "value" in example.map:
            found = True
            yield example.raw("value")
    if not found:
        yield from schema_examples(content.get("schema"))


def schema_examples(schema: Node) -> Iterator[Node]:
    """The examples of a schema."""
    if "example" in schema.map:
        yield schema.raw("example")
    yield from schema.raw("examples").items()


def member(schema: Node, path: str) -> Node | None:
    """The schema of the member at dotted `path` of objects of `schema`."""
    node = schema.follow()
    for name in path.split("."):
        properties = node.raw("properties")
        if name not in properties.map:
            return None
        node = properties.raw(name).follow()
    return node
