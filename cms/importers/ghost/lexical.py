"""Ghost 5's Lexical documents as HTML."""

import html
import json
from typing import Any

from cms.importers.ghost.cards import card_html
from cms.importers.ghost.export import Row, text
from cms.importers.html.limits import DEEPEST
from cms.importers.parsed import Notebook

#: The bits of a text's format, from the outermost tag inwards.
FORMATS = (
    (1, "strong"),
    (2, "em"),
    (4, "s"),
    (8, "u"),
    (128, "mark"),
    (32, "sub"),
    (64, "sup"),
    (16, "code"),
)
HOLDERS = {"paragraph": "p", "quote": "blockquote", "aside": "blockquote"}
TEXTS = frozenset({"text", "tk"})
SILENT = frozenset({"zwnj", "at-link-search"})


def lexical_html(source: str, notebook: Notebook) -> str | None:
    """None where it is no such document."""
    try:
        document = json.loads(source, strict=False)
    except (ValueError, RecursionError):
        return None
    root = document.get("root") if isinstance(document, dict) else None
    return _inside(root, notebook, 0) if isinstance(root, dict) and _holds(root) else None


def _inside(node: Row, notebook: Notebook, depth: int) -> str:
    if depth > DEEPEST:
        return html.escape(_bare(node))
    children = node["children"] if _holds(node) else ()
    return "".join(_node(child, notebook, depth + 1) for child in children if isinstance(child, dict))


def _node(node: Row, notebook: Notebook, depth: int) -> str:
    kind = text(node, "type").removeprefix("extended-")
    if kind in TEXTS:
        return _text(node)
    if kind in ("linebreak", "tab"):
        return "<br>" if kind == "linebreak" else "\t"
    if kind in SILENT:
        return ""
    if not _holds(node):
        return card_html(kind, node, notebook)
    inside = _items(node, notebook, depth) if kind == "list" else _inside(node, notebook, depth)
    match kind:
        case "link" | "autolink" | "at-link":
            return f'<a href="{html.escape(text(node, "url"))}" title="{html.escape(text(node, "title"))}">{inside}</a>'
        case "heading":
            name = text(node, "tag")
            name = name if name in ("h1", "h2", "h3", "h4", "h5", "h6") else "h2"
        case "list":
            name = "ol" if text(node, "listType") == "number" or text(node, "tag") == "ol" else "ul"
            start = text(node, "start")
            return f'<ol start="{start}">{inside}</ol>' if name == "ol" and start.isdecimal() else _tag(name, inside)
        case _:
            name = HOLDERS.get(kind, "div")
    return _tag(name, inside)


def _items(node: Row, notebook: Notebook, depth: int) -> str:
    """A list inside a list is an item of its own to Lexical, and belongs to the item before it for everybody else."""
    items: list[str] = []
    for child in node["children"]:
        if isinstance(child, dict):
            inside = _inside(child, notebook, depth + 1) if _holds(child) else _node(child, notebook, depth + 1)
            if items and _begins_with_list(child):
                items[-1] += inside
            else:
                items.append(inside)
    return "".join(_tag("li", item) for item in items)


def _holds(node: Row) -> bool:
    return isinstance(node.get("children"), list)


def _begins_with_list(node: Row) -> bool:
    first = next(iter(node["children"]), None) if _holds(node) else None
    return isinstance(first, dict) and first.get("type") == "list"


def _text(node: Row) -> str:
    shown = html.escape(text(node, "text"))
    bits = node.get("format")
    for bit, name in reversed(FORMATS):
        if isinstance(bits, int) and bits & bit and shown:
            shown = _tag(name, shown)
    return shown


def _tag(name: str, inside: str) -> str:
    return f"<{name}>{inside}</{name}>"


def _bare(node: Any) -> str:
    """The text below a node, however deep."""
    found = []
    stack = [node]
    while stack:
        here = stack.pop()
        if isinstance(here, dict):
            found.append(text(here, "text"))
            children = here.get("children")
            stack += reversed(children) if isinstance(children, list) else ()
    return " ".join(filter(None, found))
