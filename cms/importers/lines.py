"""Titles and names as one plain line, whatever markup they came in."""

import html
import re

from cms.core.i18n import _
from cms.core.text import excerpt, printable
from cms.importers.html.tree import tree
from cms.importers.parsed import ItemKind, Notebook

NAME_LENGTH = 80
#: Not the blanks that hold words together, nor those of other widths: somebody chose them.
_BREAK = re.compile(r"[ \t\n\r\f\v\x1c-\x1f\x85\u2028\u2029]+")


def one_line(text: str) -> str:
    return _BREAK.sub(" ", printable(text)).strip()


def label(kind: ItemKind, title: str, source_id: str) -> str:
    """How the report names a post."""
    names = {ItemKind.POST: _("Post"), ItemKind.PAGE: _("Page")}
    return f"{names[kind]} {source_id} “{title[:NAME_LENGTH]}”" if title else f"{names[kind]} {source_id}"


def plain_line(text: str) -> tuple[str, bool]:
    """Text without tags on one line, and whether there were any."""
    if "<" not in text and "&" not in text:
        return " ".join(printable(text).split()), False
    soup = tree(text)
    line = " ".join(printable(html.unescape(soup.get_text())).split())
    return line, soup.find(True) is not None


def title_from(source: str, notebook: Notebook) -> str:
    """A post without a title is named by its first words."""
    words = " ".join(tree(source).get_text().split())
    if not words:
        return ""
    notebook.changed(_("no title"), _("It was named after its first words."))
    return excerpt(words, NAME_LENGTH)
