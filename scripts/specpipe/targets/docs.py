"""The documentation: Markdown pages for people, of what a spec says about its API."""

from __future__ import annotations

from specpipe.render import environment
from specpipe.spec.model import Api, Document
from specpipe.tree import Tree
from specpipe.workspace import TEMPLATES


class DocsTarget:
    """Renders an index, and pages for each API and model in each language."""

    name = "docs"
    folder = "docs"

    def render(self, document: Document, api: Api) -> Tree:
        """See `Target.render`."""
        env = environment(TEMPLATES / "docs")
        index = env.get_template("README.md.j2").render(api=api)
        return {f"{self.folder}/README.md": index.encode()}
