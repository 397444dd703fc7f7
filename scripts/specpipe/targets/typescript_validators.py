"""From schemas to the functions that check values, for the TypeScript SDK.

Each component schema has a function of its name. What has no name in the spec and needs more than
one call has a function too, called after the place it is in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from specpipe.render import typescript_identifier
from specpipe.spec.names import Name
from specpipe.targets.python_constraints import bounds, range_name
from specpipe.targets.typescript_calls import INHERITED
from specpipe.targets.typescript_rules import Rule, limits, rules

MANY = 16
"""Members from which on a loop over their names is better than a line for each."""
OFTEN = 8
"""Objects with a member in common from which on it is checked in one place for all of them."""
HELPERS = frozenset(
    {
        *("boolean", "broken", "each", "integer", "like", "list"),
        *("map", "maybe", "number", "object", "own", "points"),
        *("regex", "string", "time", "uuid"),
    }
)
"""What `runtime/check.ts` gives the functions."""
_SCALARS = frozenset({"boolean", "integer", "number", "string"})
_FORMATS: Mapping[str, str] = {"date-time": "time", "uuid": "uuid"}
_NOTES = frozenset(
    {
        *("title", "description", "example", "examples"),
        *("deprecated", "externalDocs", "$comment", "enum"),
    }
)
"""Keywords that no check depends on: enumerations are open."""


@dataclass(frozen=True, slots=True)
class Member:
    """A property of an object. `replaces`: its check gives another value than it is given."""

    wire: str
    check: str
    required: bool
    replaces: bool

    @property
    def inherited(self) -> bool:
        """Whether every object has something of this name."""
        return self.wire in INHERITED


@dataclass(frozen=True, slots=True)
class Function:
    """A check. `kind` is the function that does the first part of it, `item` the check of what is
    in it, if all of that is alike."""

    name: str
    type: str | None
    """Of a component schema: its name."""
    kind: str
    item: str | None = None
    limits: tuple[str, ...] = ()
    members: tuple[Member, ...] = ()
    rules: tuple[Rule, ...] = ()
    pattern: str | None = None
    is_twin: bool = False
    """Whether it is another one, under a name of its own."""

    @property
    def single(self) -> list[Member]:
        """The members that are checked one by one."""
        return [m for m in self.members if m not in self.alike]

    @property
    def alike(self) -> tuple[Member, ...]:
        """Members that are so many of one kind that they are checked in a loop."""
        loose = [m for m in self.members if not (m.required or m.replaces or m.inherited)]
        for check, count in Counter(m.check for m in loose).most_common(1):
            if count >= MANY:
                return tuple(m for m in loose if m.check == check)
        return ()

    @property
    def replaces(self) -> bool:
        """Whether it gives another value than it is given: a date for the text of one."""
        return self.kind == "time"

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing beyond the first part."""
        return not (self.rules or self.pattern)


class Validators:
    """The functions of a spec's component schemas."""

    def __init__(self, schemas: Mapping[str, Mapping[str, Any]]) -> None:
        """Makes them all."""
        self._schemas = schemas
        self._twins = twins(schemas)
        self._local: dict[str, Function] = {}
        self.exported = tuple(
            Function(name, name, self._twins[name], is_twin=True)
            if self._twins[name] != name
            else self._function(name, schema, name)
            for name, schema in schemas.items()
        )
        self.local = tuple(self._local.values())
        self.shared = self._shared()
        self.base = self._free(f"object_with_{self.shared.wire}") if self.shared else "object"

    def single(self, function: Function) -> list[Member]:
        """The members of an object that its function checks one by one."""
        return [member for member in function.single if member != self.shared]

    def base_of(self, function: Function) -> str:
        """The function that does the first part of the check of an object."""
        return self.base if self.shared in function.single else "object"

    def _shared(self) -> Member | None:
        """The optional member that most objects have in common, if many do."""
        loose = Counter(
            member
            for function in self._all()
            for member in function.single
            if not (member.required or member.replaces or member.inherited)
        )
        for member, count in loose.most_common(1):
            if count >= OFTEN:
                return member
        return None

    def _free(self, text: str) -> str:
        name = typescript_identifier(Name.of(text).camel)
        while name in self._local or name in self._schemas or name in HELPERS:
            name += "_"
        return name

    @property
    def helpers(self) -> list[str]:
        """Those that the functions call."""
        used: set[str] = set()
        for function in self._all():
            used |= {function.kind, function.item or "", *(m.check for m in function.members)}
            used |= {"own"} if any(m.inherited for m in function.members) else set()
            loose = any(not (m.required or m.replaces) for m in self.single(function))
            used |= {"maybe"} if loose or self.shared else set()
            used |= {"object"} if self.shared else set()
            used |= {"each"} if function.alike else set()
            used |= {"points"} if any(r.measure == "points(it)" for r in function.rules) else set()
            used |= {"like", "regex"} if function.pattern else set()
            used |= {"broken"} if function.rules else set()
        return sorted(used & HELPERS)

    @property
    def has_twins(self) -> bool:
        """Whether a schema says the same as another one."""
        return any(function.is_twin for function in self.exported)

    @property
    def patterns(self) -> Mapping[str, str]:
        """The name of each pattern."""
        found = dict.fromkeys(f.pattern for f in self._all() if f.pattern)
        return {pattern: f"PATTERN_{number}" for number, pattern in enumerate(found, 1)}

    def _all(self) -> tuple[Function, ...]:
        return (*self.exported, *self.local)

    def _function(self, name: str, schema: Mapping[str, Any], type_: str | None) -> Function:
        if "$ref" in schema:
            return Function(name, type_, "time" if self._is_time(schema) else target(schema))
        match schema["type"]:
            case "object" if schema.get("properties"):
                return Function(name, type_, "object", members=self._members(name, schema))
            case "object" if isinstance(schema.get("additionalProperties"), Mapping):
                item = self._check(schema["additionalProperties"], f"{name}_value")
                return Function(name, type_, "map", item)
            case "object":
                return Function(name, type_, "object")
            case "array":
                item = self._check(schema["items"], f"{name}_item")
                return Function(name, type_, "list", item, rules=tuple(rules(schema)))
            case _:
                pattern = schema.get("pattern") or None
                return Function(
                    name,
                    type_,
                    scalar(schema),
                    limits=limits(schema),
                    rules=tuple(rules(schema)),
                    pattern=pattern,
                )

    def _members(self, name: str, schema: Mapping[str, Any]) -> tuple[Member, ...]:
        required = schema.get("required", ())
        return tuple(
            Member(
                wire,
                self._check(member, f"{name}_{wire}"),
                wire in required,
                self._is_time(member),
            )
            for wire, member in schema["properties"].items()
        )

    def _check(self, schema: Mapping[str, Any], place: str) -> str:
        """The name of the function that checks a schema in another one."""
        if "$ref" in schema:
            return self._component(target(schema))
        simple = plain(schema)
        if simple:
            return simple
        function = self._function(place, schema, None)
        name = typescript_identifier(Name.of(called(function, schema)).camel)
        while name in HELPERS or self._local.get(name, replace(function, name=name)) != replace(
            function, name=name
        ):
            name += "_"
        self._local[name] = replace(function, name=name)
        return name

    def _component(self, name: str) -> str:
        """The name of the function that checks a component schema; not its own where that would
        only call another one."""
        return plain(self._schemas[name]) or name

    def _is_time(self, schema: Mapping[str, Any]) -> bool:
        while "$ref" in schema:
            schema = self._schemas[target(schema)]
        return schema.get("format") == "date-time"


def scalar(schema: Mapping[str, Any]) -> str:
    """The function that checks the type and the format of a scalar."""
    return _FORMATS.get(schema.get("format", ""), schema["type"])


def plain(schema: Mapping[str, Any]) -> str | None:
    """The function that checks all that a schema says, if one of the runtime does."""
    if schema.get("type") == "object":
        is_open = not schema.get("properties")
        return "object" if is_open and not schema.get("additionalProperties") else None
    if schema.get("type") not in _SCALARS or schema.get("pattern"):
        return None
    if rules(schema) or limits(schema):
        return None
    return scalar(schema)


def twins(schemas: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """For each schema the first one that says the same, descriptions aside."""
    known = {name: name for name in schemas}
    while True:
        firsts: dict[str, str] = {}
        found = {n: firsts.setdefault(repr(meaning(s, known)), n) for n, s in schemas.items()}
        if found == known:
            return known
        known = found


def meaning(node: Any, known: Mapping[str, str], names: bool = False) -> Any:
    """A schema reduced to what checks depend on, references by what is `known` of twins."""
    if isinstance(node, list):
        return [meaning(item, known) for item in node]
    if not isinstance(node, Mapping):
        return node
    if "$ref" in node and not names:
        return {"$ref": known[target(node)]}
    keys = [key for key in node if names or not (key in _NOTES or key.startswith("x-"))]
    return {key: meaning(node[key], known, key == "properties" and not names) for key in keys}


def called(function: Function, schema: Mapping[str, Any]) -> str:
    """What a function is called that has no name in the spec: after what it checks where that is
    short, so that equal ones are one; otherwise after its place."""
    if function.item and function.is_plain:
        return f"{function.item}_{function.kind}"
    if function.kind == "integer":
        return range_name(bounds(schema)) or function.name
    return function.name


def target(schema: Mapping[str, Any]) -> str:
    """The component schema that a schema refers to."""
    return str(schema["$ref"]).rpartition("/")[2]
