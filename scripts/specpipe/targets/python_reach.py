"""How generated code gets at what is in a model."""

from __future__ import annotations

from collections.abc import Mapping

from specpipe.render import python_literal
from specpipe.spec.model import Resource
from specpipe.targets.python_models import Model, Models


class Reach:
    """How code gets at what is in a model: by attributes where all that is on the way has to be
    there, by its JSON otherwise."""

    def __init__(self, models: Models) -> None:
        """Into `models`."""
        self.models: Mapping[str, Model] = {model.name: model for model in models.models}

    def name(self, resource: Resource) -> str:
        """The attribute that holds a thing's id."""
        fields = self.models[resource.schema].fields
        return next(field.name for field in fields if field.wire == resource.id)

    def ids(self, expression: str, model: str, path: tuple[str, ...], resource: Resource) -> str:
        """The ids of the items in the collection at a path of members."""
        path = (*path, resource.items)
        names, annotation = self._walk(model, path) or ((), "")
        item = annotation.removeprefix("list[").removesuffix("]")
        last = self._walk(item, (resource.id,)) if annotation.startswith("list[") else None
        if last:
            return f"[it.{last[0][0]} for it in {expression}.{'.'.join(names)}]"
        members = "".join(f"[{python_literal(name)}]" for name in path)
        return f"[it[{python_literal(resource.id)}] for it in {expression}.to_dict(){members}]"

    def _walk(self, model: str, path: tuple[str, ...]) -> tuple[tuple[str, ...], str] | None:
        """The attributes on the way along `path`, and the last one's annotation."""
        names: list[str] = []
        for wire in path:
            known = self.models.get(model)
            field = next((f for f in known.fields if f.wire == wire), None) if known else None
            if field is None or not field.required:
                return None
            names.append(field.name)
            model = field.annotation
        return tuple(names), model
