"""The editable fields of a tag, normalised in one place."""

from typing import Any

from cms.core.errors import Faults, Invalid
from cms.core.i18n import _
from cms.core.text import clean_line, clean_text

MAX_NAME = 80
MAX_DESCRIPTION = 1000
EDITABLE = ("name", "slug", "description", "parent_id")


def checked(changes: dict[str, Any]) -> dict[str, Any]:
    """The same changes, cleaned; raises Invalid with a sentence for every field at fault."""
    clean: dict[str, Any] = {}
    faults = Faults()
    for field, value in changes.items():
        if field not in EDITABLE:
            raise ValueError(f"{field} is not an editable field of a tag")
        with faults.of(field):
            clean[field] = _checked_value(field, value)
    faults.refuse()
    return clean


def _checked_value(field: str, value: Any) -> Any:
    match field:
        case "name":
            return _checked_name(value or "")
        case "slug":
            return clean_line(value or "")
        case "description":
            return _at_most(clean_text(value or "").strip(), MAX_DESCRIPTION)
        case _:
            return value


def _checked_name(value: str) -> str:
    name = clean_line(value)
    if not name:
        raise Invalid(_("A name is needed."))
    if not fits(name):
        raise Invalid(_("A tag has at most %(most)s characters.", most=MAX_NAME))
    return name


def fits(name: str) -> bool:
    """A few letters have a small form that is longer; that one is kept as well."""
    return max(len(name), len(name.casefold())) <= MAX_NAME


def _at_most(text: str, most: int) -> str:
    if len(text) > most:
        raise Invalid(_("At most %(most)s characters fit here; this has %(has)s.", most=most, has=len(text)))
    return text
