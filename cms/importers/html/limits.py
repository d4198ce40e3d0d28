"""What no text brings along, from wherever it comes: code that runs, and nesting without end."""

import re

from bs4 import BeautifulSoup, Tag

from cms.core.i18n import _
from cms.importers.html.text import escape_text
from cms.importers.parsed import Notebook

#: Deeper than any writer nests; beyond it the text alone is kept.
DEEPEST = 120
_SCRIPTS = re.compile(r"<(script|style)\b", re.IGNORECASE)


def note_scripts(source: str, notebook: Notebook) -> None:
    if _SCRIPTS.search(source):
        notebook.left_out(_("a script or a style sheet"), _("Posts hold no code that runs."))


def text_if_too_deep(soup: BeautifulSoup, notebook: Notebook) -> str | None:
    """The bare text, as Markdown, of what is nested too deep to be walked through."""
    if _depth(soup) <= DEEPEST:
        return None
    notebook.problem(_("markup"), _("It is nested too deep: the text alone was kept."))
    return "\n\n".join(escape_text(line.strip()) for line in soup.get_text().split("\n") if line.strip())


def _depth(soup: BeautifulSoup) -> int:
    deepest = 0
    stack: list[tuple[Tag, int]] = [(soup, 0)]
    while stack:
        tag, depth = stack.pop()
        deepest = max(deepest, depth)
        stack += [(child, depth + 1) for child in tag.find_all(True, recursive=False)]
    return deepest
