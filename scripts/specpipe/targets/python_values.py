"""Values of a spec's examples as expressions of Python."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from specpipe.render import python_literal
from specpipe.spec.model import Document, Parameter
from specpipe.targets.python_calls import PARAMETER_TYPES
from specpipe.targets.python_models import Model
from specpipe.targets.python_source import expanded


class Values:
    """Writes values down, objects as the models that they are."""

    def __init__(self, models: Mapping[str, Model], names: Mapping[str, str]) -> None:
        """With these models, and names for other types, by name."""
        self._models = models
        self._names = names

    def expression(self, annotation: str, value: Any) -> str:
        """`value` of the spec, where code has `annotation`, as an expression."""
        arms = expanded(annotation, self._names).split(" | ")
        for arm in arms:
            if isinstance(value, Mapping) and arm in self._models:
                return self._model(self._models[arm], value)
            if isinstance(value, str) and (text := moment(arm, value)):
                return text
        inner = arms[0]
        if isinstance(value, list) and inner.startswith("list["):
            item = inner.removeprefix("list[").removesuffix("]")
            return f"[{', '.join(self.expression(item, each) for each in value)}]"
        if isinstance(value, Mapping) and inner.startswith("dict[str, "):
            item = inner.removeprefix("dict[str, ").removesuffix("]")
            pairs = (f"{python_literal(k)}: {self.expression(item, v)}" for k, v in value.items())
            return f"{{{', '.join(pairs)}}}"
        return python_literal(value)

    def _model(self, model: Model, value: Mapping[str, Any]) -> str:
        fields = {it.wire: it for it in model.fields}
        given = [
            f"{fields[wire].name}={self.expression(fields[wire].annotation, inner)}"
            for wire, inner in value.items()
            if wire in fields
        ]
        unknown = {wire: inner for wire, inner in value.items() if wire not in fields}
        if unknown:
            given.append(f"additional_properties={python_literal(unknown)}")
        return f"models.{model.name}({', '.join(given)})"


def moment(annotation: str, text: str) -> str | None:
    """The expression for a date or date-time; None when `annotation` is neither."""
    kind = {"AwareDatetime": datetime, "date": date}.get(annotation)
    if kind is None:
        return None
    try:
        kind.fromisoformat(text)
    except ValueError:
        return None
    return f"{kind.__name__}.fromisoformat({python_literal(text)})"


def example_of(parameter: Parameter, document: Document) -> Any:
    """The documented example of a parameter; without one a value of its type."""
    node: Any = document.data
    for step in parameter.pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        node = node[int(key)] if isinstance(node, list) else node[key]
    several = (each.get("value") for each in node.get("examples", {}).values())
    schema = parameter.schema
    found = (node.get("example"), next(several, None), *schema.get("examples", ())[:1])
    found += (schema.get("example"), schema.get("default"), *schema.get("enum", ())[:1])
    fallback = {
        "bool": True,
        "datetime": "2024-05-06T07:08:09+00:00",
        "int": schema.get("minimum", 1),
        "float": schema.get("minimum", 1.0),
        "str": f"a-{parameter.name.kebab}",
    }[PARAMETER_TYPES[parameter.type]]
    return next((value for value in found if value is not None), fallback)
