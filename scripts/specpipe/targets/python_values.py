"""Values of a spec's examples as expressions of Python."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from specpipe.render import python_literal
from specpipe.targets.python_models import Model
from specpipe.targets.python_source import expanded


class Values:
    """Writes values down, objects as the models that they are."""

    def __init__(self, models: Mapping[str, Model], names: Mapping[str, str]) -> None:
        """With these models, and names for other types, by name."""
        self._models = models
        self._names = names

    def expression(
        self, annotation: str, value: Any, instead: Mapping[str, str] = MappingProxyType({})
    ) -> str:
        """`value` of the spec, where code has `annotation`, as an expression. `instead` has source
        for members of the model that it is, by name on the wire."""
        arms = expanded(annotation, self._names).split(" | ")
        for arm in arms:
            if isinstance(value, Mapping) and arm in self._models:
                return self._model(self._models[arm], value, instead)
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

    def _model(self, model: Model, value: Mapping[str, Any], instead: Mapping[str, str]) -> str:
        fields = {it.wire: it for it in model.fields}
        given = [
            f"{it.name}={instead.get(wire) or self.expression(it.annotation, inner)}"
            for wire, inner in value.items()
            if (it := fields.get(wire)) is not None
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
