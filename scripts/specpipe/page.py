"""Jinja2 for web pages: everything is escaped but what a filter here has made HTML of.

Text of a spec enters a page through the own escaping of templates, `markdown`, `highlighted` and
`breakable`, and a script through `script_literal`; unprintable characters, bidi controls among
them, show as escapes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup
from pygments import highlight  # type: ignore[import-untyped]
from pygments.formatters.html import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
from pygments.util import ClassNotFound  # type: ignore[import-untyped]

from specpipe.render import MARK, visible

LINK = re.compile(r"https?://|(?![\\/]{2})[^:\\]*(?:[/?#]|\Z)", re.IGNORECASE)
"""What a link may begin with: a page's own folder or a web address. Two slashes would name a
machine, and from a file one of the local network."""
DEEPEST = 6
"""The last level of headings that HTML has."""
LONGEST = 50_000
"""Characters of code that are worth colours."""


def environment(folder: Path) -> jinja2.Environment:
    """An environment over the templates in `folder` that escapes what they print."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    env.filters.update(markdown=markdown, highlighted=highlighted, breakable=breakable)
    env.globals["MARK"] = MARK
    return env


def markdown(text: str, below: int = 3) -> Markup:
    """Markdown as HTML that holds no HTML of its own, loads nothing, and links to web pages and
    to places near its own page only. Its headings come under one of the level `below`."""
    tokens = parser().parse(visible(text))
    return Markup(parser().renderer.render(tokens, parser().options, {"below": below}))


@cache
def parser() -> MarkdownIt:
    """CommonMark with tables, without HTML and images."""
    made = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    made.validateLink = lambda url: LINK.match(url) is not None  # type: ignore[method-assign]
    made.add_render_rule("heading_open", heading)
    made.add_render_rule("heading_close", heading)
    made.add_render_rule("link_open", link)
    made.add_render_rule("table_open", lambda *_: '<div class="wide" tabindex="0"><table>\n')
    made.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return made


def heading(
    self: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: dict[str, Any]
) -> str:
    """A heading, below those around the text."""
    level = min(DEEPEST, env["below"] + int(tokens[at].tag[1:]))
    return f"<h{level}>" if tokens[at].nesting > 0 else f"</h{level}>\n"


def link(
    self: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: dict[str, Any]
) -> str:
    """A link, which tells its page nothing of this one."""
    tokens[at].attrSet("rel", "noopener noreferrer")
    return self.renderToken(tokens, at, options, env)


def highlighted(code: str, language: str) -> Markup:
    """Code as the inside of a `<pre>`, with spans of Pygments' short classes. A language that it
    does not know has none, and neither has code of more than LONGEST characters, which nobody reads
    from end to end."""
    if len(code) > LONGEST:
        return Markup.escape(visible(code))
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return Markup.escape(visible(code))
    html = highlight(visible(code), lexer, HtmlFormatter(nowrap=True))
    return Markup(html if code.endswith("\n") else html.removesuffix("\n"))


def breakable(name: str) -> Markup:
    """A long name or path, which lines may end in behind its separators."""
    parts = re.split(r"(?<=[_./])(?=[^_./])", visible(name))
    return Markup("<wbr>").join(parts)


def script_literal(value: Any) -> Markup:
    """Lists, texts, numbers, booleans and None as a literal of JavaScript. Raises TypeError for an
    object: one of its keys could be `__proto__`."""
    if holds_mapping(value):
        raise TypeError("objects have no literal: write lists")
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def holds_mapping(value: Any) -> bool:
    """Whether there is an object in it."""
    if isinstance(value, list | tuple):
        return any(map(holds_mapping, value))
    return isinstance(value, Mapping)
