"""The editable fields of a series, normalised in one place."""

from typing import Any

from cms.core.errors import Faults, Invalid
from cms.core.i18n import _
from cms.core.text import clean_line, clean_text

#: Field → longest value.
MOST = {"title": 120, "slug": 80, "description": 1000}
EDITABLE = tuple(MOST)


def checked(changes: dict[str, Any]) -> dict[str, Any]:
    """The same changes, cleaned; raises Invalid with a sentence for every field at fault."""
    clean: dict[str, Any] = {}
    faults = Faults()
    for field, value in changes.items():
        if field not in EDITABLE:
            raise ValueError(f"{field} is not an editable field of a series")
        with faults.of(field):
            clean[field] = _checked_value(field, value or "")
    faults.refuse()
    return clean


def _checked_value(field: str, value: str) -> str:
    text = clean_text(value).strip() if field == "description" else clean_line(value)
    if field == "title" and not text:
        raise Invalid(_("A title is needed."))
    if len(text) > MOST[field]:
        raise Invalid(_("At most %(most)s characters fit here; this has %(has)s.", most=MOST[field], has=len(text)))
    return text
