"""Markdown becomes HTML that may be printed: articles with all that editors need, comments with little."""

import re
import threading
from dataclasses import dataclass
from typing import Any

from linkify_it import LinkifyIt  # type: ignore[import-untyped]
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.linkify import linkify as link_addresses
from mdit_py_plugins.footnote import footnote_plugin

from cms.core.markdown_blocks import Heading, ImageSize, shape_article
from cms.core.markdown_bounds import bound_tables
from cms.core.markdown_notes import render_notes
from cms.core.sanitize import sanitize, sanitize_comment
from cms.core.text import count_words, plain_text

MAX_NESTING = 60  # lists and quotes; what lies deeper would be left out
MAX_BRACKETS = 300  # in one paragraph, which above that is shown as plain text: finding the pairs costs their square

MAX_CELLS = 5_000  # in all tables of a text; from there on they are shown as plain text: each cell costs as a paragraph

_PARAGRAPH = re.compile(r"<p(?: [^<>]*)?>(.*?)</p>", re.DOTALL)
_WEB_SCHEME = re.compile(r"https?$", re.IGNORECASE)


@dataclass(frozen=True)
class Article:
    """Safe HTML, how many words it has, what a table of contents lists, and its first paragraph as plain text.

    `lacks_tables` says that some are shown as plain text, because all together have too many cells.
    """

    html: str
    words: int
    headings: tuple[Heading, ...]
    lead: str
    lacks_tables: bool = False


def render_article(source: str, image_size: ImageSize | None = None) -> Article:
    """What editors write, with inline HTML; `image_size` says the width and height of a picture of ours."""
    env: dict[str, Any] = {"image_size": image_size}
    html = sanitize(_parsers.article.render(source, env))
    return Article(html, count_words(plain_text(html)), env["headings"], _lead(html), "lacks_tables" in env)


def render_comment(source: str) -> str:
    """What visitors write: paragraphs, emphasis, code, quotes, lists and links; HTML stays the text it is."""
    return sanitize_comment(_parsers.comment.render(source))


def _lead(html: str) -> str:
    """Text of the first paragraph that has any."""
    paragraphs = (plain_text(found[1]) for found in _PARAGRAPH.finditer(html))
    return next((" ".join(text.split()) for text in paragraphs if text), "")


def _article_parser() -> MarkdownIt:
    options = {"maxNesting": MAX_NESTING, "strikethrough_single_tilde": False}
    parser = MarkdownIt("gfm-like2", options).use(footnote_plugin)
    _bound(parser)
    bound_tables(parser, MAX_CELLS)
    shape_article(parser)
    render_notes(parser)
    return parser


def _comment_parser() -> MarkdownIt:
    parser = MarkdownIt("gfm-like", {"html": False, "breaks": True, "maxNesting": MAX_NESTING})
    parser.disable(["heading", "lheading", "hr", "code", "table", "reference", "html_block", "html_inline", "image"])
    _bound(parser)
    return parser


def _bound(parser: MarkdownIt) -> None:
    """Links by scheme or address only (`config.py` is no site), and no work that grows with the square of a text."""
    parser.linkify = LinkifyIt({"ftp:": None, "//": None}, {"fuzzy_link": False})
    parser.inline.ruler.at("linkify", _link_web_addresses)
    parser.core.ruler.at("inline", _inline)


_plain = MarkdownIt("zero").inline


def _inline(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline":
            token.children = []
            parser = _plain if token.content.count("[") > MAX_BRACKETS else state.md.inline
            parser.parse(token.content, state.md, state.env, token.children)


def _link_web_addresses(state: StateInline, silent: bool) -> bool:
    """The library's own searches all pending text for a scheme at every `://`."""
    return bool(_WEB_SCHEME.search(state.pending[-5:])) and link_addresses(state, silent)


class _PerThread(threading.local):
    """The library does not promise that a parser may be shared."""

    def __init__(self) -> None:
        self.article = _article_parser()
        self.comment = _comment_parser()


_parsers = _PerThread()
