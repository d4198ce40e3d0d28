"""Koenig's cards as Ghost shows them, brought back to what they say."""

import re
from collections.abc import Callable

from bs4 import BeautifulSoup, Tag
from bs4.element import Comment

from cms.core.i18n import _
from cms.importers.ghost import shapes
from cms.importers.ghost.cards import note_look, note_unseen
from cms.importers.html.tree import attribute, tree
from cms.importers.parsed import Notebook

#: From the mark that opens a part for some readers to the one that closes it, or to the end; so with an open mark.
GATED = re.compile(
    r"<!--\s*kg-gated-block:begin(?P<who>.*?)(?:-->.*?(?:<!--\s*kg-gated-block:end\s*-->|\Z)|\Z)", re.DOTALL
)
PAYWALL = re.compile(r"<!--\s*members-only\s*-->")


def without_gated(source: str, notebook: Notebook) -> str:
    """Parts that a visitor who did not sign in never saw are no part of a public text."""

    def judged(found: re.Match[str]) -> str:
        if re.search(r"nonMember\s*:\s*true", found["who"]):
            return found[0]
        notebook.left_out(_("a part that only some readers saw"), _("Nothing that was for members becomes public."))
        return ""

    if PAYWALL.search(source):
        note_unseen("paywall", notebook)
    return GATED.sub(judged, source)


def settle_cards(soup: BeautifulSoup, notebook: Notebook) -> None:
    """Every card becomes plain HTML in its place."""
    for comment in [node for node in soup.descendants if isinstance(node, Comment)]:
        comment.extract()
    for name, settle in SETTLED.items():
        for card in soup.select(f".kg-{name}-card"):
            if card.parent is not None:
                settle(card, notebook)
    for tag in soup.select("span, figcaption > p:only-child"):
        tag.unwrap()
    if soup.select_one(".kg-width-wide, .kg-width-full") is not None:
        notebook.changed(_("colour, size or alignment"), _("The look comes from the site's theme."))


def _text(card: Tag, *names: str) -> str:
    found = card.select_one(", ".join(f".{name}" for name in names))
    return " ".join(found.get_text().split()) if found is not None else ""


def _inside(card: Tag, *names: str) -> str:
    found = card.select_one(", ".join(names))
    return found.decode_contents() if found is not None else ""


def _address(card: Tag, selector: str, name: str) -> str:
    found = card.select_one(selector)
    return attribute(found, name) if found is not None else ""


def _caption(card: Tag) -> str:
    return _inside(card, "figcaption")


def _replace(card: Tag, html: str) -> None:
    for node in list(tree(html).contents):
        card.insert_before(node)
    card.decompose()


def _bookmark(card: Tag, notebook: Notebook) -> None:
    credits = " · ".join(filter(None, (_text(card, f"kg-bookmark-{name}") for name in ("author", "publisher"))))
    if card.select_one("img") is not None:
        notebook.left_out(_("the picture of a bookmark"), _("It belongs to another site."))
    url = _address(card, "a[href]", "href")
    about = (_text(card, "kg-bookmark-description"), credits)
    _replace(card, shapes.bookmark(url, _text(card, "kg-bookmark-title"), about, _caption(card)))


def _callout(card: Tag, _notebook: Notebook) -> None:
    _replace(card, shapes.callout(_text(card, "kg-callout-emoji"), _inside(card, ".kg-callout-text")))


def _toggle(card: Tag, _notebook: Notebook) -> None:
    _replace(card, shapes.toggle(_inside(card, ".kg-toggle-heading-text"), _inside(card, ".kg-toggle-content")))


def _file(card: Tag, _notebook: Notebook) -> None:
    title = _text(card, "kg-file-card-title") or _text(card, "kg-file-card-filename")
    _replace(card, shapes.file(_address(card, "a[href]", "href"), title, _text(card, "kg-file-card-caption")))


def _audio(card: Tag, _notebook: Notebook) -> None:
    title = _text(card, "kg-audio-title")
    _replace(card, shapes.player("audio", _address(card, "audio", "src"), title, _caption(card)))


def _video(card: Tag, _notebook: Notebook) -> None:
    source = _address(card, "video", "src") or _address(card, "video source", "src")
    _replace(card, shapes.player("video", source, "", _caption(card)))


def _code(card: Tag, _notebook: Notebook) -> None:
    """A listing with a caption: Markdown has listings, and captions of pictures alone."""
    caption = card.find("figcaption")
    if caption is not None:
        caption.name = "p"
    card.unwrap()


def _header(card: Tag, notebook: Notebook) -> None:
    note_look("header", notebook)
    heading = _inside(card, ".kg-header-card-heading", ".kg-header-card-header")
    below = _inside(card, ".kg-header-card-subheading", ".kg-header-card-subheader")
    button = card.select_one("a.kg-header-card-button")
    link = shapes.button(attribute(button, "href"), button.get_text()) if button is not None else ""
    _replace(card, shapes.heading(2, heading) + shapes.paragraph(shapes.inline(below)) + link)


def _product(card: Tag, notebook: Notebook) -> None:
    note_look("product", notebook)
    for stars in card.select(".kg-product-card-rating"):
        stars.decompose()


def _call_to_action(card: Tag, notebook: Notebook) -> None:
    note_look("call-to-action", notebook)


def _unseen(card: Tag, notebook: Notebook) -> None:
    name = next(part for part in attribute(card, "class").split() if part in ("kg-signup-card", "kg-collection-card"))
    note_unseen(name.removeprefix("kg-").removesuffix("-card"), notebook)
    card.decompose()


SETTLED: dict[str, Callable[[Tag, Notebook], None]] = {
    "signup": _unseen,
    "collection": _unseen,
    "bookmark": _bookmark,
    "toggle": _toggle,
    "callout": _callout,
    "file": _file,
    "audio": _audio,
    "video": _video,
    "code": _code,
    "header": _header,
    "product": _product,
    "cta": _call_to_action,
}
