"""Values that generated tests give to parameters: the spec's examples, or plain ones made up."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from math import ceil, floor
from typing import Any

from specpipe.render import python_literal
from specpipe.spec.model import Parameter

MOMENT = "2024-05-06T07:08:09.123456+00:00"
UUID = "00000000-0000-4000-8000-000000000000"


def source(parameter: Parameter, value: Any = None) -> str | None:
    """`value`, or else a sample, as Python source; None when there is no telling what is valid."""
    if value is None:
        value = sample(parameter)
    if value is None:
        return None
    if parameter.type == "date-time":
        return f"datetime.fromisoformat({python_literal(moment(str(value)))})"
    return python_literal(int(value) if parameter.type == "integer" else value)


def sample(parameter: Parameter, text: str = "example") -> Any:
    """A valid value: documented ones first; `text`, or something like it, where any text will do.
    None for a pattern without an example."""
    for known in (parameter.example, parameter.default, *parameter.schema.get("enum", ())[:1]):
        if known is not None:
            return known
    if parameter.type == "string":
        return string(parameter.schema, text)
    return _SAMPLES[parameter.type](parameter.schema)


def string(schema: Mapping[str, Any], text: str) -> str | None:
    """Text like `text`; None when it has to match a pattern that this does not."""
    if schema.get("format") == "uuid":
        return UUID
    text = text[: schema.get("maxLength", len(text))].ljust(schema.get("minLength", 0), "x")
    return text if re.search(schema.get("pattern", ""), text) else None


def integer(schema: Mapping[str, Any]) -> int:
    """The least one, a multiple of what it has to be a multiple of. An integer has bounds."""
    step = schema.get("multipleOf", 1)
    least = schema["minimum"] if "minimum" in schema else floor(schema["exclusiveMinimum"]) + 1
    return int(ceil(least / step) * step)


def number(schema: Mapping[str, Any]) -> float:
    """One in the middle of its bounds."""
    lower = schema.get("minimum", schema.get("exclusiveMinimum"))
    upper = schema.get("maximum", schema.get("exclusiveMaximum"))
    if lower is None:
        return 0.5 if upper is None else float(upper - 1)
    # Halves of each: the sum of two large ones is infinite.
    return float(lower + 1 if upper is None else lower / 2 + upper / 2)


_SAMPLES: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "boolean": lambda _: True,
    "date-time": lambda _: MOMENT,
    "integer": integer,
    "number": number,
}


def moment(text: str) -> str:
    """`text`, or another moment when Python's datetime does not read it."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return MOMENT
    return text


def mistake(parameter: Parameter) -> str | None:
    """Text that is not of the parameter's type; None when any text is."""
    return None if parameter.type == "string" else "neither"
