"""What a comment form takes: normalised, limited, and rendered once."""

import unicodedata
from dataclasses import dataclass

from cms.accounts.names import EMAIL_LENGTH, NAME_LENGTH, clean_email
from cms.core.errors import Faults, Invalid
from cms.core.i18n import _
from cms.core.markdown import render_comment
from cms.core.text import clean_line, clean_text, plain_text

MAX_NAME = NAME_LENGTH
MAX_EMAIL = EMAIL_LENGTH
MAX_BODY = 10_000


@dataclass(frozen=True)
class Draft:
    """A comment that could be stored; a member's has neither name nor e-mail of its own."""

    body: str
    body_html: str
    name: str = ""
    email: str = ""


def checked(*, body: str, name: str = "", email: str = "", is_member: bool = False) -> Draft:
    """The draft that these values make; raises Invalid with a sentence for every field at fault."""
    values = {"body": body} if is_member else {"name": name, "email": email, "body": body}
    clean: dict[str, str] = {}
    faults = Faults()
    for field, value in values.items():
        with faults.of(field):
            clean[field] = _CHECKS[field](value)
    body_html = render_comment(clean["body"]) if "body" in clean else ""
    if body_html and not plain_text(body_html):
        faults["body"] = _("There is nothing to read in this comment.")
    faults.refuse()
    return Draft(clean["body"], body_html, clean.get("name", ""), clean.get("email", ""))


def _name(value: str) -> str:
    name = clean_line(value)
    if not any(unicodedata.category(character)[0] in "LNPS" for character in name):
        raise Invalid(_("Enter your name, or the one you want to be known by."))
    if len(name) > MAX_NAME:
        raise Invalid(_("At most %(most)s characters fit here; this has %(has)s.", most=MAX_NAME, has=len(name)))
    return name


def _email(value: str) -> str:
    """Judged as a member's is, since one person may be both; not asked whether it exists, which would take time."""
    if not value.strip():
        raise Invalid(_("Enter your e-mail address. It is never shown."))
    return clean_email(value)


def _body(value: str) -> str:
    body = clean_text(value).strip()
    if not body:
        raise Invalid(_("Write a comment first."))
    if len(body) > MAX_BODY:
        raise Invalid(_("At most %(most)s characters fit here; this has %(has)s.", most=MAX_BODY, has=len(body)))
    return body


_CHECKS = {"name": _name, "email": _email, "body": _body}
