"""The documentation: Markdown pages for people, of what a spec says about its API, and the portal.

For each language a page for each API (a tag) and for each model, laid out as documentation
generators do, so that `specpipe.audit` reads them as it reads the pages that the spec came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import jinja2

from specpipe.format import format_python
from specpipe.render import environment
from specpipe.spec.model import Api, Document
from specpipe.targets.behaviour_words import behaviour
from specpipe.targets.docs_pages import (
    Described,
    Language,
    api_page,
    blocks,
    model_page,
    notes,
)
from specpipe.targets.docs_python import Python
from specpipe.targets.docs_samples import samples
from specpipe.targets.docs_spec import Spec
from specpipe.targets.docs_typescript import TypeScript
from specpipe.targets.portal import portal
from specpipe.targets.wording import limits
from specpipe.tree import Tree
from specpipe.workspace import TEMPLATES


class DocsTarget:
    """Renders an index, pages for each API and model in each language, and the portal."""

    name = "docs"
    folder = "docs"

    def render(self, document: Document, api: Api) -> Tree:
        """See `Target.render`. Raises ToolError when openapi-python-client misreads a part."""
        found = samples(api, document.data.get("components", {}).get("schemas", {}))
        languages = (Python(document, api, found), TypeScript(document, api, found))
        env = environment(TEMPLATES / "docs")
        env.globals.update(
            api=api,
            spec=Spec(document, api),
            api_page=api_page,
            model_page=model_page,
            behaviour=behaviour,
            limits=limits,
            notes=notes,
            blocks=blocks,
        )
        pages = dict(rendered(env, languages))
        tree = format_python({f"{self.folder}/{path}": it.encode() for path, it in pages.items()})
        shown = {f"{self.folder}/{path}": it for path, it in portal(document, api).items()}
        return {**tree, **shown}


def rendered(env: jinja2.Environment, languages: Sequence[Language]) -> Iterator[tuple[str, str]]:
    """The pages, by path relative to the folder of the documentation."""
    names: dict[str, dict[str, str]] = {}
    described: dict[str, dict[str, Described]] = {}
    for language in languages:
        groups = dict(language.entries())
        models = {it.name: it for it in language.models()}
        known = {it.operation.id: it.name for entries in groups.values() for it in entries}
        names[language.name], described[language.name] = known, models
        for tag, entries in groups.items():
            text = page(env, "api", language=language, tag=tag, entries=entries)
            yield f"{language.name}/{api_page(tag)}", text
        for model in models.values():
            text = page(env, "model", language=language, model=model, names=known)
            yield f"{language.name}/models/{model_page(model.name)}", text
    every = {name: it.description for models in described.values() for name, it in models.items()}
    yield (
        "README.md",
        page(
            env,
            "README",
            languages=languages,
            names=names,
            described=described,
            models=tuple(every),
            descriptions=every,
        ),
    )


def page(env: jinja2.Environment, template: str, **context: Any) -> str:
    """One page."""
    return env.get_template(f"{template}.md.j2").render(context)
