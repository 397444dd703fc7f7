"""The server target: models by datamodel-code-generator, the rest by our templates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from specpipe.diagnostics import ToolError
from specpipe.format import format_python
from specpipe.render import environment, python_identifier
from specpipe.spec.model import Api, Document
from specpipe.targets.base import runtime
from specpipe.targets.portal import paths, portal
from specpipe.targets.server_models import render_models
from specpipe.targets.server_paths import reserved_ids
from specpipe.targets.server_views import handler_views
from specpipe.tree import Tree
from specpipe.workspace import TEMPLATES

TEMPLATED = {
    "pyproject.toml": "pyproject.toml.j2",
    "README.md": "README.md.j2",
    "{package}/__init__.py": "__init__.py.j2",
    "{package}/__main__.py": "__main__.py.j2",
    "{package}/app.py": "app.py.j2",
    "{package}/contract.py": "contract.py.j2",
    "{package}/handlers.py": "handlers.py.j2",
}
CONTAINERS = {
    "Dockerfile": "Dockerfile.j2",
    "compose.yaml": "compose.yaml.j2",
    "Caddyfile": "Caddyfile.j2",
    ".env.example": "env.example.j2",
    ".dockerignore": "dockerignore.j2",
}
"""For an API that asks for a key: the server of another one is for one machine only, and does not
listen beyond a container's loopback."""


class ServerTarget:
    """A package with a handler interface, its default behaviour, and an application."""

    name = "server"
    folder = "server"

    def render(self, document: Document, api: Api) -> Tree:
        """See `Target.render`. Raises ToolError when something of the spec did not arrive."""
        package = f"{api.package.snake}_server"
        env = environment(TEMPLATES / "server")
        secured = any(operation.secured for operation in api.operations)
        templated = TEMPLATED | CONTAINERS if secured else TEMPLATED
        context: dict[str, Any] = {
            "api": api,
            "package": package,
            "distribution": f"{api.package.kebab}-server",
            "handlers": handler_views(api),
            "containers": secured,
            "reserved": reserved_ids(api, paths(document, api)),
        }
        files = {
            f"server/{path.format(package=package)}": env.get_template(template)
            .render(context)
            .encode()
            for path, template in templated.items()
        }
        files[f"server/{package}/models.py"] = render_models(document.data).encode()
        files[f"server/{package}/openapi.json"] = as_json(document.data)
        files[f"server/{package}/py.typed"] = b""
        files.update(
            (f"server/{package}/{path}", content) for path, content in portal(document, api).items()
        )
        files.update(runtime("server", f"server/{package}/runtime"))
        tree = format_python(files)
        check_arrival(api, tree[f"server/{package}/handlers.py"].decode())
        return tree


def as_json(data: Mapping[str, Any]) -> bytes:
    """The document as JSON, in its own order."""
    return (json.dumps(data, indent=1, ensure_ascii=True) + "\n").encode()


def check_arrival(api: Api, handlers: str) -> None:
    """Raise ToolError when an operation of the spec has no handler."""
    for operation in api.operations:
        if f"async def {python_identifier(operation.name.snake)}(" not in handlers:
            raise ToolError(f"operation {operation.id} is missing from the generated handlers")
