"""What no text brings along, from wherever it comes: code that runs, and nesting without end."""

import html
import re

from bs4 import BeautifulSoup, Tag

from cms.core.i18n import _
from cms.importers.html.tree import tree
from cms.importers.parsed import Notebook
from cms.importers.words import TAG

#: Deeper than any writer nests; beyond it the text alone is kept.
DEEPEST = 120
#: More than anybody forgets to close; parsing takes the square of their number.
MOST_OPEN = 5_000
#: Their end may be left out.
_LOOSE = frozenset("area br col dd dt embed hr img input li option p source tbody td th thead tr track wbr".split())
_NAME = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
_SCRIPTS = re.compile(r"<(script|style)\b", re.IGNORECASE)


def note_scripts(source: str, notebook: Notebook) -> None:
    if _SCRIPTS.search(source):
        notebook.left_out(_("a script or a style sheet"), _("Posts hold no code that runs."))


def bounded_tree(source: str, notebook: Notebook) -> BeautifulSoup:
    """Somebody else's HTML as a tree that can be walked through; nested too deep, paragraphs of its bare text."""
    if _has_too_many_open(source):
        text = html.unescape(TAG.sub(" ", source))
    else:
        soup = tree(source)
        if _depth(soup) <= DEEPEST:
            return soup
        text = soup.get_text()
    notebook.problem(_("markup"), _("It is nested too deep: the text alone was kept."))
    return tree("".join(f"<p>{html.escape(line.strip())}</p>" for line in text.split("\n") if line.strip()))


def _has_too_many_open(source: str) -> bool:
    opened = 0
    for found in _NAME.finditer(source):
        if found[2].lower() not in _LOOSE:
            opened = max(opened - 1, 0) if found[1] else opened + 1
            if opened > MOST_OPEN:
                return True
    return False


def _depth(soup: BeautifulSoup) -> int:
    deepest = 0
    stack: list[tuple[Tag, int]] = [(soup, 0)]
    while stack:
        tag, depth = stack.pop()
        deepest = max(deepest, depth)
        stack += [(child, depth + 1) for child in tag.find_all(True, recursive=False)]
    return deepest
