"""The pages of the documentation: nothing of the spec is missing, methods are as in the SDKs, tables
are whole, and text of a spec stays text. For any spec."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from specpipe.pipeline import read_spec
from specpipe.spec.build import build
from specpipe.spec.model import Document
from specpipe.targets.docs import DocsTarget
from specpipe.targets.docs_pages import api_page
from specpipe.targets.python_source import classes
from specpipe.workspace import OUT, ROOT, SPEC

SPECS = {
    "ours": SPEC,
    "things": ROOT / "tests" / "unit" / "things.yaml",
    "awkward-names": ROOT / "tests" / "golden" / "awkward-names" / "spec.yaml",
}
LANGUAGES = ("python", "typescript")


@pytest.fixture(scope="module", params=SPECS)
def made(request):
    """A spec, and its pages."""
    document, api = read_spec(SPECS[request.param])
    tree = DocsTarget().render(document, api)
    return document, api, {path: content.decode() for path, content in tree.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_part_of_the_spec_is_missing(made, language):
    document, api, pages = made
    for operation in api.operations:
        text = pages[f"docs/{language}/{api_page(operation.tag)}"]
        (section,) = [it for it in text.split("\n# **") if f"`#{operation.pointer}`" in it]
        for parameter in operation.parameters:
            assert f"| `{parameter.wire}` | {parameter.place} |" in section
        for response in operation.responses:
            assert f"\n**{response.status}** | " in section
            if response.status >= 300:
                assert f"\n| {response.status} | `" in section
    for name, schema in document.data["components"]["schemas"].items():
        text = pages[f"docs/{language}/models/{name}.md"]
        for wire in schema.get("properties", ()):
            assert f" | `{wire}` | " in text
        for value in schema.get("enum", ()):
            assert f"| `{value}` |" in text
        assert f'<a id="model.{name}"></a>' in pages["docs/README.md"]


CELLS = re.compile(r"(?<!\\)\|")


def test_every_row_of_a_table_has_as_many_cells_as_its_head(made):
    tables = 0
    for path, text in made[2].items():
        bare = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
        for table in re.findall(r"(?:^.*(?<!\\)\|.*\n)+", bare, re.M):
            rows = [re.sub(r"`+[^`]*`+", "x", row).strip() for row in table.splitlines()]
            head, *others = [len(CELLS.split(row.strip("| "))) for row in rows]
            if not re.fullmatch(r"[-| ]+", rows[min(1, len(others))]):
                continue  # a `|` in a signature
            tables += 1
            for row, count in zip(rows[1:], others, strict=True):
                empty_at_the_end = len(re.findall(r"(?:\| *)*$", row)[0].replace(" ", ""))
                assert head - empty_at_the_end <= count <= head, (path, row)
    assert tables > 20


def shown(fence: str) -> list[str]:
    """The methods that our pages show."""
    pages = [path.read_text() for path in (OUT / "docs").rglob("*.md")]
    found = [re.findall(rf"^```{fence}\n(.*?)^```$", text, re.M | re.S) for text in pages]
    blocks = [block for each in found for block in each]
    assert len(blocks) == len(read_spec(SPEC)[1].operations)
    return blocks


def test_methods_are_those_of_the_python_sdk():
    found = {
        function.signature
        for path in (OUT / "python-client").glob("*/resources/*.py")
        for described in classes(path.read_bytes()).values()
        for function in described.functions
    }
    for block in shown("py"):
        assert ast.unparse(ast.parse(block)).removesuffix(":\n    ...") in found


def test_methods_are_those_of_the_typescript_sdk():
    resources = (OUT / "typescript-client" / "src" / "resources").glob("*.ts")
    source = tight("".join(path.read_text() for path in resources))
    for block in shown("ts"):
        assert f"{tight(block)}{{return" in source


def tight(code: str) -> str:
    """Without white space, and commas before a bracket."""
    return re.sub(r",\)", ")", re.sub(r"\s+", "", code))


NASTY = (
    "<img src=x onerror=alert(1)> [a](javascript:alert(1)) | `b` **c** _d_ </td> ``` \n\n"
    "# Heading\n\n- <script>e</script>\n\n```\nf\n```\n\n[g]: http://evil.example\n&lt;b&gt;"
)


def nasty(value: object) -> object:
    """A document with that in each text for people."""
    if isinstance(value, list):
        return [nasty(each) for each in value]
    if not isinstance(value, dict):
        return value
    texts = {"description", "summary", "title"}
    if "operationId" in value or "type" in value:
        value = {"description": "", **value}
    return {
        key: NASTY if key in texts and isinstance(each, str) else nasty(each)
        for key, each in value.items()
    }


def test_text_of_the_spec_becomes_no_markup():
    document, _ = read_spec(SPECS["things"])
    data = nasty(copy.deepcopy(document.data))
    assert isinstance(data, dict)
    hostile: Document = replace(document, data=data)
    tree = DocsTarget().render(hostile, build(hostile))
    plain = DocsTarget().render(document, build(document))
    assert tree.keys() == plain.keys()
    pages = {path: it for path, it in tree.items() if path.endswith(".md")}
    for path, content in pages.items():
        tokens = [*parsed(content.decode())]
        for token in tokens:
            if token.type in ("html_block", "html_inline"):
                assert re.fullmatch(r'<a id="[\w.]+">|</a>|<br>|<!-- .* -->\n?', token.content)
            for name in ("href", "src"):
                target = str(token.attrGet(name) or "")
                assert not re.match(r"[a-z]+:", target), (path, target)
        headings = sum(token.type == "heading_open" for token in tokens)
        assert headings == sum(t.type == "heading_open" for t in parsed(plain[path].decode())), path
        fences = sum(token.type == "fence" for token in tokens)
        assert fences == sum(t.type == "fence" for t in parsed(plain[path].decode())), path


def parsed(text: str) -> Iterator[Token]:
    """All tokens of a page."""
    for token in MarkdownIt("commonmark", {"html": True}).enable("table").parse(text):
        yield token
        yield from token.children or ()
