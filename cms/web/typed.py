"""What somebody typed and could not save: given back to them, since it may be the work of an hour."""

from flask import request

from cms.core.i18n import N_
from cms.web.areas import is_desk

#: Field → what it is called above its text.
FIELDS = {"title": N_("Title"), "summary": N_("Summary"), "body": N_("Text")}


def typed_text() -> list[tuple[str, str]]:
    """Label and text of what was sent to the back office; nothing of other forms, which take a moment to fill in."""
    if request.method != "POST" or not is_desk(request.path):
        return []
    return [(label, text) for name, label in FIELDS.items() if (text := request.form.get(name, "")).strip()]
