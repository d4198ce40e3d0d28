"""HTML that Markdown has no words for (figures, players, tables with merged cells), written as Markdown accepts it."""

import html
import re

from bs4 import Tag
from bs4.element import Comment, NavigableString, PageElement

from cms.importers.html.tree import attribute, image_address

KEPT: dict[str, tuple[str, ...]] = {
    "a": ("href", "title"),
    "abbr": ("title",),
    "audio": ("src", "loop", "muted"),
    "blockquote": ("class",),
    "del": (),
    "figure": ("class",),
    "img": ("alt", "title", "width", "height"),
    "ins": (),
    "ol": ("start", "reversed", "type"),
    "source": ("src", "type"),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan", "scope"),
    "track": ("src", "kind", "srclang", "label"),
    "video": ("src", "poster", "loop", "muted", "width", "height"),
} | dict.fromkeys(
    (
        "b bdi br caption cite code col colgroup dd details dfn dl dt em figcaption h1 h2 h3 h4 h5 h6 hr i kbd li "
        "mark p pre q rp rt ruby s samp small strong sub summary sup table tbody tfoot thead tr u ul var"
    ).split(),
    (),
)
CLASSES = frozenset({"gallery", "pull"})
RENAMED = {"strike": "s", "tt": "code", "acronym": "abbr", "center": "p", "address": "p"}
EMPTY = frozenset({"br", "hr", "img", "source", "track", "col"})
LOOSE = frozenset("figure blockquote table thead tbody tfoot tr ul ol dl details colgroup".split())


def raw_html(node: PageElement, *, is_verbatim: bool = False) -> str:
    """Without classes and styles, and without a blank line, which would end the block."""
    if isinstance(node, Comment):
        return ""
    if isinstance(node, NavigableString):
        text = html.escape(str(node), quote=False)
        return text.replace("\n", "&#10;") if is_verbatim else re.sub(r"\s*\n\s*", " ", text)
    if not isinstance(node, Tag):
        return ""
    name = RENAMED.get(node.name, node.name)
    inside = _inside(node, is_verbatim=is_verbatim or name == "pre")
    if name not in KEPT:
        return f" {inside} " if name in ("div", "section", "article") else inside
    opening = f"<{name}{_attributes(node, name)}>"
    return opening if name in EMPTY else f"{opening}{inside}</{name}>"


def _inside(node: Tag, *, is_verbatim: bool) -> str:
    if is_verbatim or node.name not in LOOSE:
        return "".join(raw_html(child, is_verbatim=is_verbatim) for child in node.children)
    children = [child for child in node.children if isinstance(child, Tag) or str(child).strip()]
    lines = (raw_html(child).strip() for child in children)
    return "\n" + "\n".join(line for line in lines if line) + "\n"


def _attributes(node: Tag, name: str) -> str:
    written = []
    if name == "img":
        written.append(f'src="{_quoted(image_address(node))}"')
    if name in ("audio", "video"):
        written.append("controls")
    for key in KEPT[name]:
        value = attribute(node, key)
        if key == "class":
            value = " ".join(name for name in value.split() if name in CLASSES)
        if key == "title" and value == attribute(node, "alt"):
            continue
        if value or (key == "alt" and name == "img"):
            written.append(f'{key}="{_quoted(value)}"')
        elif node.has_attr(key) and key in ("loop", "muted", "reversed"):
            written.append(key)
    return "".join(f" {part}" for part in written)


def _quoted(value: str) -> str:
    return re.sub(r"\s+", " ", html.escape(value, quote=False).replace('"', "&quot;"))
