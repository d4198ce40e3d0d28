"""Koenig's cards from their settings, as Lexical and Mobiledoc keep them."""

import html
from collections.abc import Callable, Mapping

from markdown_it import MarkdownIt

from cms.core.i18n import _
from cms.importers.ghost import shapes
from cms.importers.ghost.export import Row, flag, text
from cms.importers.library import figure_html, link_html
from cms.importers.parsed import Notebook

#: Only in letters to readers, or only where a page is cut for those who do not pay.
UNSEEN = frozenset("email email-cta paywall signup zwnj".split())


def card_html(kind: str, row: Row, notebook: Notebook) -> str:
    """The card as HTML; what cannot be kept is in the notebook."""
    kind = NAMES.get(kind, kind)
    if is_gated(row):
        notebook.left_out(_("a part that only some readers saw"), _("Nothing that was for members becomes public."))
    elif kind in UNSEEN:
        note_unseen(kind, notebook)
    elif kind in MADE:
        return MADE[kind](row, notebook)
    else:
        return _unknown(kind, row, notebook)
    return ""


def note_unseen(kind: str, notebook: Notebook) -> None:
    notebook.left_out(_("card “%(name)s”", name=kind), _("It does something that only Ghost can do."))


def note_look(kind: str, notebook: Notebook) -> None:
    notebook.changed(_("card “%(name)s”", name=kind), _("What it says was kept; the look comes from the site's theme."))


def part(row: Row, name: str) -> Row:
    """A row inside a row."""
    inner = row.get(name)
    return inner if isinstance(inner, dict) else {}


def is_gated(row: Row) -> bool:
    """Whether a visitor who did not sign in saw less than this."""
    visibility = part(row, "visibility")
    web = part(visibility, "web")
    return any(
        name in place and not flag(place, name) for place, name in ((visibility, "showOnWeb"), (web, "nonMember"))
    )


def markdown_html(source: str) -> str:
    return str(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(source))


def _image(row: Row, _notebook: Notebook) -> str:
    return figure_html(_picture(row), text(row, "caption")) if text(row, "src") else ""


def _picture(row: Row) -> str:
    return shapes.picture(text(row, "src"), text(row, "alt"), text(row, "title"), text(row, "href"))


def _gallery(row: Row, _notebook: Notebook) -> str:
    images = row.get("images")
    found = [image for image in images if isinstance(image, dict)] if isinstance(images, list) else []
    return shapes.gallery((_picture(image) for image in found if text(image, "src")), text(row, "caption"))


def _bookmark(row: Row, _notebook: Notebook) -> str:
    about = part(row, "metadata")
    credits = " · ".join(filter(None, (text(about, "author"), text(about, "publisher"))))
    url = text(row, "url") or text(about, "url")
    return shapes.bookmark(url, text(about, "title"), (text(about, "description"), credits), text(row, "caption"))


def _embed(row: Row, notebook: Notebook) -> str:
    url = text(row, "url")
    if not url:
        return figure_html(text(row, "html"), text(row, "caption"))
    notebook.changed(_("embedded content"), _("Nothing is loaded from other sites: it became a link."))
    link = link_html(url, text(part(row, "metadata"), "title"))
    return shapes.captioned(shapes.paragraph(link), text(row, "caption"))


def _callout(row: Row, _notebook: Notebook) -> str:
    return shapes.callout(text(row, "calloutEmoji"), text(row, "calloutText"))


def _toggle(row: Row, _notebook: Notebook) -> str:
    return shapes.toggle(text(row, "heading"), text(row, "content"))


def _button(row: Row, _notebook: Notebook) -> str:
    return shapes.button(text(row, "buttonUrl"), text(row, "buttonText"))


def _code(row: Row, _notebook: Notebook) -> str:
    return shapes.listing(text(row, "code"), text(row, "language"), text(row, "caption"))


def _html(row: Row, _notebook: Notebook) -> str:
    return text(row, "html")


def _markdown(row: Row, _notebook: Notebook) -> str:
    return markdown_html(text(row, "markdown"))


def _rule(_row: Row, _notebook: Notebook) -> str:
    return "<hr>"


def _file(row: Row, _notebook: Notebook) -> str:
    return shapes.file(text(row, "src"), text(row, "fileTitle") or text(row, "fileName"), text(row, "fileCaption"))


def _audio(row: Row, _notebook: Notebook) -> str:
    return shapes.player("audio", text(row, "src"), text(row, "title"), text(row, "caption"))


def _video(row: Row, _notebook: Notebook) -> str:
    return shapes.player("video", text(row, "src"), "", text(row, "caption"))


def _header(row: Row, notebook: Notebook) -> str:
    note_look("header", notebook)
    heading = shapes.heading(2, text(row, "header") or text(row, "heading"))
    below = text(row, "subheader") or text(row, "subheading")
    has_button = flag(row, "buttonEnabled")
    link = shapes.button(text(row, "buttonUrl"), text(row, "buttonText")) if has_button else ""
    return heading + shapes.paragraph(shapes.inline(below)) + link


def _product(row: Row, notebook: Notebook) -> str:
    note_look("product", notebook)
    image = shapes.paragraph(shapes.picture(text(row, "productImageSrc"))) if text(row, "productImageSrc") else ""
    has_button = flag(row, "productButtonEnabled")
    link = shapes.button(text(row, "productUrl"), text(row, "productButton")) if has_button else ""
    title = shapes.heading(4, text(row, "productTitle"))
    return image + title + text(row, "productDescription") + link


def _call_to_action(row: Row, notebook: Notebook) -> str:
    note_look("call-to-action", notebook)
    image = shapes.paragraph(shapes.picture(text(row, "imageUrl"))) if text(row, "imageUrl") else ""
    link = shapes.button(text(row, "buttonUrl"), text(row, "buttonText")) if flag(row, "showButton") else ""
    label = text(row, "sponsorLabel") if flag(row, "hasSponsorLabel") else ""
    return label + image + text(row, "textValue") + link


def _unknown(kind: str, row: Row, notebook: Notebook) -> str:
    """A card of a theme, or of a Ghost that is newer than this: what looks like its text or its address stays."""
    kept = text(row, "html") or html.escape(text(row, "text") or text(row, "caption"))
    url = text(row, "url") or text(row, "src")
    name = _("card “%(name)s”", name=kind[:60])
    if kept or url:
        notebook.changed(name, _("Not known here: its content was kept."))
    else:
        notebook.left_out(name, _("Not known here: it holds no text."))
    return shapes.captioned(shapes.paragraph(link_html(url)) if url else "", kept)


NAMES = {
    "card-markdown": "markdown",
    "code": "codeblock",
    "hr": "horizontalrule",
    "image-card": "image",
    "html-card": "html",
    "divider": "horizontalrule",
}
MADE: Mapping[str, Callable[[Row, Notebook], str]] = {
    "image": _image,
    "gallery": _gallery,
    "bookmark": _bookmark,
    "embed": _embed,
    "callout": _callout,
    "toggle": _toggle,
    "button": _button,
    "codeblock": _code,
    "html": _html,
    "markdown": _markdown,
    "horizontalrule": _rule,
    "file": _file,
    "audio": _audio,
    "video": _video,
    "header": _header,
    "product": _product,
    "call-to-action": _call_to_action,
}
