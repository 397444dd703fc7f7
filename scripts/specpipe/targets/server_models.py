"""Component schemas as msgspec.Struct classes, by datamodel-code-generator.

It runs in this process on a document of our making: component schemas only, rid of extensions
(it would emit imports that some of them name) and with no reference left to follow elsewhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from datamodel_code_generator import InputFileType, generate
from datamodel_code_generator.config import GenerateConfig
from datamodel_code_generator.enums import DataModelType
from datamodel_code_generator.format import Formatter, PythonVersion

from specpipe.diagnostics import ToolError
from specpipe.render import MARK, visible

NAMES = ("properties", "schemas", "patternProperties", "$defs")
"""Keywords whose members are names of the spec, not keywords."""


def render_models(data: Mapping[str, Any]) -> str:
    """The source of a module with one class for each component schema.

    Raises ToolError when a schema or one of its properties is not in it.
    """
    schemas = data.get("components", {}).get("schemas", {})
    if not schemas:
        return f'# {MARK}\n"""This spec has no component schemas."""\n'
    document = {
        "openapi": "3.1.0",
        "info": {"title": "models", "version": "1"},
        "paths": {},
        "components": {"schemas": bare(schemas, names=True)},
    }
    source = generate(
        json.dumps(document),
        config=GenerateConfig(
            input_file_type=InputFileType.OpenAPI,
            output_model_type=DataModelType.MsgspecStruct,
            target_python_version=PythonVersion.PY_311,
            custom_file_header=f'# {MARK}\n"""The component schemas as models."""',
            formatters=[Formatter.BUILTIN],
            use_annotated=True,
            field_constraints=True,
            # `title` as a member would hide a method of str, and mypy says so.
            capitalise_enum_members=True,
            keyword_only=True,
            use_schema_description=True,
            use_standard_collections=True,
            use_union_operator=True,
            output_datetime_class=None,
            allow_remote_refs=False,
        ),
    )
    if not isinstance(source, str):
        raise ToolError("datamodel-code-generator gave several modules where one was asked for")
    check_arrival(schemas, source)
    return source


def bare(node: Any, names: bool = False) -> Any:
    """A copy of `node` without extensions, examples and defaults, and with descriptions that show
    what is in them: generators write these as they come. With `names` its own members are names,
    so that a property called `x-y` or `example` stays."""
    if isinstance(node, Mapping):
        return {
            key: shown(value)
            if key == "description" and not names
            else bare(value, key in NAMES and not names)
            for key, value in node.items()
            if names or not (key.startswith("x-") or key in ("example", "examples", "default"))
        }
    if isinstance(node, list):
        return [bare(item) for item in node]
    return node


def shown(description: str) -> str:
    """`description` in lines that all readers see as such, the unprintable written as escapes."""
    return visible(description.replace("\r\n", "\n").replace("\r", "\n"))


def check_arrival(schemas: Mapping[str, Any], source: str) -> None:
    """Raise ToolError unless every schema has its class, and it as many fields as the schema has
    properties."""
    classes = dict(re.findall(r"^class (\w+)\(.*?\):\n(.*?)(?=^\S|\Z)", source, re.M | re.S))
    for name, schema in schemas.items():
        if not re.search(rf"^(class {name}\b|{name}\b.*=)", source, re.M):
            raise ToolError(f"schema {name} is missing from the generated models")
        fields = len(re.findall(r"^    \w+: ", classes.get(name, ""), re.M))
        if len(schema.get("properties", {})) > fields:
            raise ToolError(f"schema {name} lost properties on the way to the generated models")
