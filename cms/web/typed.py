"""What somebody typed and could not save: given back to them, since it may be the work of an hour."""

from dataclasses import dataclass

from flask import request

from cms.core.i18n import N_
from cms.web.areas import is_desk
from cms.web.origins import is_ours

#: Field → what it is called above its text.
FIELDS = {
    "title": N_("Title"),
    "summary": N_("Summary"),
    "body": N_("Text"),
    "tags": N_("Tags"),
    "slug": N_("Address"),
    "featured_alt": N_("Description of the image"),
    "seo_title": N_("Title for search engines"),
    "seo_description": N_("Description for search engines"),
    "note": N_("What changed"),
}
#: Without one of these it was no text, and takes a moment to fill in again.
TEXTS = ("title", "summary", "body")


@dataclass(frozen=True)
class Typed:
    """Texts to read, each under its label, and every field as it was sent, to send it again."""

    texts: list[tuple[str, str]]
    fields: list[tuple[str, str]]


def typed() -> Typed | None:
    """What was sent to the back office, if there is a text in it.

    It can only be sent again where the browser says that it came from a page of ours: nobody shall be led to press a
    button on what somebody else put into a form.
    """
    if request.method != "POST" or not is_desk(request.path):
        return None
    if not any(request.form.get(name, "").strip() for name in TEXTS):
        return None
    texts = [(label, text) for name, label in FIELDS.items() if (text := request.form.get(name, "")).strip()]
    is_own = is_ours(request.headers.get("Origin", ""))
    fields = [pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token"] if is_own else []
    return Typed(texts, fields)
