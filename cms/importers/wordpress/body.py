"""The text of a WordPress post as Markdown: shortcodes, then blocks, then paragraphs, then Markdown."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bs4 import BeautifulSoup
from bs4.element import NavigableString

from cms.importers.html.limits import bounded_tree, note_scripts
from cms.importers.html.paragraphs import make_paragraphs
from cms.importers.html.reshape import polish, reshape
from cms.importers.html.to_markdown import to_markdown
from cms.importers.html.tree import attribute, image_address
from cms.importers.library import Library
from cms.importers.parsed import Notebook
from cms.importers.wordpress.blocks import footnotes, has_blocks, unframe, with_reused
from cms.importers.wordpress.core_shortcodes import CoreShortcodes
from cms.importers.wordpress.shortcodes import expand


@dataclass(frozen=True, slots=True)
class Context:
    """What the posts of one export share."""

    library: Library = field(default_factory=Library)
    reusable: Mapping[str, str] = field(default_factory=dict)


def to_body(source: str, *, item_id: str, context: Context, notebook: Notebook, footnote_meta: str = "") -> str:
    """Markdown of a whole post; what could not be kept as it was is in the notebook."""
    source = with_reused(source, context.reusable)
    note_scripts(source, notebook)
    soup = bounded_tree(expand(source, CoreShortcodes(context.library, item_id, notebook)), notebook)
    unframe(soup, notebook)
    reshape(soup, notebook)
    _describe_images(soup, context.library)
    make_paragraphs(soup, line_breaks=not has_blocks(source))
    polish(soup, notebook)
    endnotes = _number_footnotes(soup, footnote_meta)
    return "\n\n".join(part for part in (to_markdown(soup), endnotes) if part)


def _describe_images(soup: BeautifulSoup, library: Library) -> None:
    """What the media library said about an image goes where the post itself said nothing."""
    for image in soup.find_all("img"):
        attachment = library.at(image_address(image)) if not attribute(image, "alt") else None
        if attachment is not None:
            image["alt"] = attachment.alt


def _number_footnotes(soup: BeautifulSoup, meta: str) -> str:
    """The footnotes block of WordPress 6.3 becomes Markdown's footnotes."""
    notes = {attribute(note, "id"): note for note in footnotes(meta)} if meta else {}
    written: list[str] = []
    for mark in soup.select("sup[data-fn]"):
        note = notes.pop(attribute(mark, "data-fn"), None)
        if note is not None:
            mark["data-footnote"] = str(len(written) + 1)
            holder = BeautifulSoup("", "html.parser")
            holder.append(note)
            written.append(f"[^{len(written) + 1}]: {to_markdown(holder)}")
    for note in notes.values():  # a footnote that nothing refers to still has its words
        soup.append(NavigableString("\n\n"))
        soup.append(note)
    return "\n\n".join(written)
