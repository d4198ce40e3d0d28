"""The text of a Ghost post as Markdown: its HTML, or what is made of the form in which the editor kept it."""

from collections import Counter
from dataclasses import dataclass

from bs4 import BeautifulSoup

from cms.core.i18n import _
from cms.importers.ghost import shapes
from cms.importers.ghost.cards import markdown_html
from cms.importers.ghost.export import Row, text
from cms.importers.ghost.files import Shown
from cms.importers.ghost.footnotes import number_footnotes
from cms.importers.ghost.koenig import settle_cards, without_gated
from cms.importers.ghost.lexical import lexical_html
from cms.importers.ghost.mobiledoc import mobiledoc_html
from cms.importers.html.limits import bounded_tree, note_scripts
from cms.importers.html.paragraphs import make_paragraphs
from cms.importers.html.reshape import polish, reshape
from cms.importers.html.to_markdown import to_markdown
from cms.importers.parsed import Notebook
from cms.importers.words import visible_words


@dataclass(frozen=True, slots=True)
class Body:
    """Markdown, the files it shows by the addresses that it gives them, and the words that visitors read before."""

    markdown: str
    files: dict[str, str]
    words: Counter[str]


def html_of(row: Row, notebook: Notebook) -> str:
    """What a visitor saw of a post, cards of today's form aside."""
    source = text(row, "html")
    if source.strip():
        return without_gated(source, notebook)
    made = _made_from_document(row, notebook)
    if made is not None:
        return made
    if text(row, "markdown").strip():
        return markdown_html(text(row, "markdown"))
    if text(row, "plaintext").strip():
        notebook.problem(_("text"), _("Only its plain words could be read."))
    return shapes.lines(text(row, "plaintext").split("\n\n"))


def _made_from_document(row: Row, notebook: Notebook) -> str | None:
    if text(row, "lexical").strip():
        return lexical_html(text(row, "lexical"), notebook)
    if text(row, "mobiledoc").strip():
        return mobiledoc_html(text(row, "mobiledoc"), notebook)
    return None


def to_body(source: str, *, item_id: str, shown: Shown, notebook: Notebook) -> Body:
    """What could not be kept as it was is in the notebook."""
    note_scripts(source, notebook)
    soup = bounded_tree(source, notebook)
    settle_cards(soup, notebook)
    files = shown.settle(soup, item_id)
    words = visible_words(str(soup))
    return Body(_to_markdown(soup, notebook), files, words)


def _to_markdown(soup: BeautifulSoup, notebook: Notebook) -> str:
    reshape(soup, notebook)
    make_paragraphs(soup, line_breaks=False)
    polish(soup, notebook)
    endnotes = number_footnotes(soup)
    return "\n\n".join(part for part in (to_markdown(soup), endnotes) if part)
