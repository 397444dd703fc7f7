"""The Python SDK: openapi-python-client, driven with our templates, around a hand-written runtime.

openapi-python-client reads the document and decides on models, types and files to render; our
templates decide what is in them. Of what it renders, only the files in `plan` are kept.
"""

from __future__ import annotations

import contextlib
import copy
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import jinja2
from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData, openapi
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.strings import PythonIdentifier

from specpipe.diagnostics import ToolError, one_line
from specpipe.format import format_python
from specpipe.render import FILTERS, MARK
from specpipe.spec.model import Api, Document, Operation
from specpipe.targets.base import runtime
from specpipe.targets.conveniences import discovery
from specpipe.targets.python_arrival import check_arrival
from specpipe.targets.python_beyond import beyond, pages
from specpipe.targets.python_calls import Calls, attribute
from specpipe.targets.python_conveniences import iteration, modification
from specpipe.targets.python_models import Models
from specpipe.targets.python_output import Output
from specpipe.targets.python_reference import Reference
from specpipe.tree import Tree
from specpipe.workspace import TEMPLATES

SOURCE = TEMPLATES / "python-client"
GENERATOR = "openapi-python-client"


class PythonTarget:
    """Renders a package `<x-package>_client` with clients, resources, models and errors."""

    name = "python"
    folder = "python-client"

    def render(self, document: Document, api: Api) -> Tree:
        """All files of the SDK. Raises ToolError when the generator drops or misreads a part."""
        package = f"{api.package.snake}_client"
        output = Output()
        config = configuration(api, package, output)
        data = parsed(document, config)
        calls = Calls(api, data, Models.of(data, document))
        project = prepared(data, config, api, calls)
        project.env.globals["discovery"] = discovery(document, api)
        build(project)
        files = output.files
        kept = {there: files[here] for here, there in plan(api, data, package).items()}
        kept |= beyond(project.env, document, api, calls)
        tree = {f"{self.folder}/{path}": content for path, content in kept.items()}
        tree |= runtime(self.folder, f"{self.folder}/{package}")
        tree[f"{self.folder}/{package}/py.typed"] = f"# {MARK}\n".encode()
        reference = Reference(document, calls, tree, f"{self.folder}/{package}")
        for name, content in pages(project.env, reference).items():
            tree[f"{self.folder}/{name}"] = content
        tree = dict(format_python(tree))
        check_arrival(tree, f"{self.folder}/{package}", document, api)
        return tree


def configuration(api: Api, package: str, output: Output | None = None) -> Config:
    """What openapi-python-client is told. No post hooks: formatting is ours."""
    options = ConfigFile(
        project_name_override=f"{api.package.kebab}-client",
        package_name_override=package,
        package_version_override=api.version,
        post_hooks=[],
    )
    nowhere = Path()  # the document is given as data
    return Config.from_sources(options, MetaType.UV, nowhere, "utf-8", True, cast(Path, output))


def parsed(document: Document, config: Config) -> GeneratorData:
    """The document as openapi-python-client understands it; its warnings are failures here."""
    try:
        with shared_endpoints():
            data = GeneratorData.from_dict(untitled(document.data), config=config)
    except Exception as error:  # it raises whatever comes along on what it does not expect
        raise ToolError(f"{GENERATOR}: {type(error).__name__}: {one_line(str(error))}") from error
    if isinstance(data, GeneratorError):
        raise refused([data])
    errors = list(data.errors)
    for collection in data.endpoint_collections_by_tag.values():
        errors += collection.parse_errors
        errors += [error for endpoint in collection.endpoints for error in endpoint.errors]
    if errors:
        raise refused(errors)
    return data


@contextlib.contextmanager
def shared_endpoints() -> Iterator[None]:
    """openapi-python-client copies what it knows of an operation for each step of reading it, with
    all the models behind it, and drops the original: a fifth of all the time that this target
    takes for a large document. A shallow copy is as good where nobody has the original."""
    names = vars(openapi)
    copying = names["deepcopy"]
    names["deepcopy"] = copy.copy
    try:
        yield
    finally:
        names["deepcopy"] = copying


def untitled(document: Mapping[str, Any]) -> dict[str, Any]:
    """`document` with component schemas that go by their key: openapi-python-client would name
    classes after a `title`."""
    components = document.get("components", {})
    schemas = {
        name: {key: value for key, value in schema.items() if key != "title"}
        for name, schema in components.get("schemas", {}).items()
    }
    return {**document, "components": {**components, "schemas": schemas}}


def refused(errors: list[Any]) -> ToolError:
    """All that openapi-python-client complains about, one a line."""
    lines = (one_line(f"{error.header} {error.detail or ''}".strip()) for error in errors)
    return ToolError("\n".join(f"{GENERATOR}: {line}" for line in lines))


def prepared(data: GeneratorData, config: Config, api: Api, calls: Calls) -> Project:
    """openapi-python-client, about to render our templates."""
    project = Project(openapi=data, config=config)
    project.env.loader = templates()
    project.env.auto_reload = False
    project.env.undefined = jinja2.StrictUndefined
    project.env.filters.update(FILTERS)
    project.env.globals.update(
        MARK=MARK, api=api, models=calls.models, calls=calls, attribute=attribute
    )
    project.env.globals.update(iteration=iteration, modification=modification)
    return project


def build(project: Project) -> None:
    """Let openapi-python-client write its files into its output folder. Raises ToolError."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            errors = project.build()
    except jinja2.TemplateNotFound as error:
        raise ToolError(f"{GENERATOR} renders {error.name}: list it in upstream.json") from error
    if errors:
        raise refused(list(errors))


def templates() -> jinja2.BaseLoader:
    """Our templates, and nothing for those whose output we do not keep. openapi-python-client's
    own are out of reach, so that none slips in unseen."""
    discarded = {name: "" for name, use in upstream().items() if use["use"] == "discard"}
    return jinja2.ChoiceLoader([jinja2.FileSystemLoader(SOURCE), jinja2.DictLoader(discarded)])


def upstream() -> dict[str, dict[str, str]]:
    """What we do with each template of openapi-python-client, and the digest of the original."""
    content: dict[str, dict[str, str]] = json.loads((SOURCE / "upstream.json").read_bytes())
    return content


def plan(api: Api, data: GeneratorData, package: str) -> dict[str, str]:
    """The files to keep: path in openapi-python-client's output to path in ours."""
    by_name = operations_by_generator_name(api)
    files = {
        "pyproject.toml": "pyproject.toml",
        f"{package}/__init__.py": f"{package}/__init__.py",
        f"{package}/client.py": f"{package}/client.py",
        f"{package}/models/__init__.py": f"{package}/models.py",
        f"{package}/api/__init__.py": f"{package}/resources/__init__.py",
    }
    for folder, collection in data.endpoint_collections_by_tag.items():
        module = attribute(by_name[collection.endpoints[0].name].tag)
        files[f"{package}/api/{folder}/__init__.py"] = f"{package}/resources/{module}.py"
    return files


def operations_by_generator_name(api: Api) -> dict[str, Operation]:
    """The operations by the name that openapi-python-client has for them."""
    return {PythonIdentifier(o.id, "field_"): o for o in api.operations}
