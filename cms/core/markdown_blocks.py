"""What an article's Markdown becomes beyond the standard: an outline, figures, tables that scroll, notices, tasks."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from cms.core.i18n import N_, _
from cms.core.text import slugify

ImageSize = Callable[[str], tuple[int, int] | None]

_ALERTS = {
    "NOTE": N_("Note"),
    "TIP": N_("Tip"),
    "IMPORTANT": N_("Important"),
    "WARNING": N_("Warning"),
    "CAUTION": N_("Caution"),
}
_ALIGNMENT = re.compile(r"text-align:(left|center|right)")


@dataclass(frozen=True)
class Heading:
    """A heading as it stands in the article; `id` is where `#id` leads, empty where there are no words to name it."""

    level: int
    id: str
    text: str


def shape_article(parser: MarkdownIt) -> None:
    """Teach the parser what an article of ours looks like."""
    for rule in (
        _outline,
        _lead_links_to_headings,
        _size_images,
        _make_figures,
        _frame_tables,
        _make_notices,
        _name_code,
    ):
        parser.core.ruler.push(rule.__name__, rule)
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    parser.add_render_rule("list_item_open", _list_item_open)


def text_of(inline: Token) -> str:
    """The words of a heading or cell, without markup, pictures and note marks."""
    return "".join(
        child.content if child.type in ("text", "code_inline", "text_special") else " " * (child.tag == "br")
        for child in inline.children or ()
    ).strip()


def _outline(state: StateCore) -> None:
    """The page owns h1: the highest heading of the article becomes h2 and the others keep their distance."""
    opened = [place for place, token in enumerate(state.tokens) if token.type == "heading_open"]
    shift = 2 - min((int(state.tokens[place].tag[1]) for place in opened), default=2)
    headings: list[Heading] = []
    seen: dict[str, int] = {}
    for place in opened:
        heading, inline, closing = state.tokens[place : place + 3]
        level = min(int(heading.tag[1]) + shift, 6)
        heading.tag = closing.tag = f"h{level}"
        text = text_of(inline)
        anchor = _anchor(text, seen) if text else ""
        if anchor:
            heading.attrSet("id", anchor)
        headings.append(Heading(level, anchor, text))
    state.env["headings"] = tuple(headings)


def _anchor(text: str, seen: dict[str, int]) -> str:
    """Numbered as GitHub does, so that links written for it still lead somewhere."""
    name = anchor = slugify(text, fallback="section")
    while anchor in seen:
        seen[name] += 1
        anchor = f"{name}-{seen[name]}"
    seen[anchor] = 0
    return f"h-{anchor}"


def _lead_links_to_headings(state: StateCore) -> None:
    """`#some-heading` as other systems spell it leads to the heading here."""
    anchors = {heading.id for heading in state.env["headings"]}
    for link in _children(state.tokens, "link_open"):
        fragment = str(link.attrs.get("href", ""))
        name = slugify(unquote(fragment[1:]), fallback="") if fragment.startswith("#") else ""
        if name and f"h-{name}" in anchors:
            link.attrSet("href", f"#h-{name}")


def _size_images(state: StateCore) -> None:
    """A picture whose size is known leaves its place free while it loads."""
    image_size = state.env.get("image_size")
    for image in _children(state.tokens, "image"):
        size = image_size(str(image.attrs["src"])) if image_size else None
        if size:
            image.attrSet("width", str(size[0]))
            image.attrSet("height", str(size[1]))


def _make_figures(state: StateCore) -> None:
    """A paragraph of nothing but pictures is a figure, or a gallery of them; the title of a picture is its caption."""
    shaped: list[Token] = []
    position = 0
    while position < len(state.tokens):
        trio = state.tokens[position : position + 3]
        pictures = _pictures(trio)
        if pictures:
            shaped += _gallery(pictures)
            position += 3
        else:
            shaped.append(trio[0])
            position += 1
    state.tokens = shaped


def _pictures(tokens: Sequence[Token]) -> list[list[Token]]:
    """The pictures of a paragraph, each with the link around it; none where the paragraph holds anything else."""
    if [token.type for token in tokens] != ["paragraph_open", "inline", "paragraph_close"] or tokens[0].hidden:
        return []
    words = [child for child in tokens[1].children or () if not _is_blank(child)]
    pictures = []
    while words:
        kinds = [child.type for child in words[:3]]
        length = 1 if kinds[:1] == ["image"] else 3 if kinds == ["link_open", "image", "link_close"] else 0
        if not length:
            return []
        pictures.append(words[:length])
        words = words[length:]
    return pictures


def _is_blank(token: Token) -> bool:
    return token.type in ("softbreak", "hardbreak") or (token.type == "text" and not token.content.strip())


def _gallery(pictures: list[list[Token]]) -> list[Token]:
    figures = [token for picture in pictures for token in _figure(picture)]
    if len(pictures) == 1:
        return figures
    opening, closing = _pair("gallery", "div")
    opening.attrSet("class", "gallery")
    return [opening, *figures, closing]


def _figure(picture: list[Token]) -> list[Token]:
    image = next(token for token in picture if token.type == "image")
    caption = str(image.attrs.pop("title", ""))
    opening, closing = _pair("figure", "figure")
    tokens = [opening, _inline_of(picture)]
    if caption:
        before, after = _pair("figcaption", "figcaption")
        text = Token("text", "", 0, content=caption)
        tokens += [before, _inline_of([text]), after]
    return [*tokens, closing]


def _pair(kind: str, tag: str) -> tuple[Token, Token]:
    return Token(f"{kind}_open", tag, 1, block=True), Token(f"{kind}_close", tag, -1, block=True)


def _inline_of(children: list[Token]) -> Token:
    return Token("inline", "", 0, children=children)


def _frame_tables(state: StateCore) -> None:
    """Alignment by class; each table in a region of its own that a keyboard can scroll, named by its columns."""
    number, columns, table = 0, list[str](), None
    for place, token in enumerate(state.tokens):
        if token.type == "table_open":
            number, columns, table = number + 1, [], token
        elif token.type in ("th_open", "td_open"):
            _align(token)
            if token.type == "th_open":
                token.attrSet("scope", "col")
                columns.append(text_of(state.tokens[place + 1]))
        elif token.type == "thead_close" and table:
            names = ", ".join(filter(None, columns))
            named = _("Table %(number)s: %(columns)s", number=number, columns=names)
            table.meta["label"] = named if names else _("Table %(number)s", number=number)


def _align(cell: Token) -> None:
    alignment = _ALIGNMENT.fullmatch(str(cell.attrs.pop("style", "")))
    if alignment:
        cell.attrSet("class", f"align-{alignment[1]}")


def _make_notices(state: StateCore) -> None:
    """`> [!NOTE]` as on GitHub."""
    for place, token in enumerate(state.tokens):
        if token.type in ("alert_open", "alert_close"):
            token.tag = "aside"
        if token.type == "alert_open":
            kind = token.info
            token.attrs = {"class": "note" if kind == "NOTE" else f"note note-{kind.lower()}"}
        elif token.type == "alert_title_open":
            title, words, closing = state.tokens[place : place + 3]
            title.tag = closing.tag = "b"
            title.attrs = {}
            words.children = [Token("text", "", 0, content=_(_ALERTS[kind]))]


def _name_code(state: StateCore) -> None:
    """The language of a code block is its first word, in small letters."""
    for token in state.tokens:
        if token.type == "fence":
            token.info = token.info.strip().lower().split(" ")[0]


def _children(tokens: Iterable[Token], kind: str) -> Iterable[Token]:
    return (child for token in tokens for child in token.children or () if child.type == kind)


def _table_open(self: object, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType) -> str:
    label = escape(str(tokens[place].meta.get("label", "")))
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{label}"><table>\n'


def _table_close(self: object, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType) -> str:
    return "</table></div>\n"


def _list_item_open(self: object, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType) -> str:
    """A task shows a drawn box: a real one would be a control that does nothing."""
    if "checked" not in (tokens[place].meta or {}):
        return "<li>"
    return '<li class="task done">☑ ' if tokens[place].meta["checked"] else '<li class="task">☐ '
