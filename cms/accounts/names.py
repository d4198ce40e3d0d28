"""What people are called, and where they get mail: cleaned and judged the same way on every path in."""

import unicodedata
from collections.abc import Callable

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.core.errors import Invalid
from cms.core.i18n import LANGUAGES, _
from cms.core.text import clean_line, clean_text, fold_username, skeleton
from cms.core.zones import is_zone

EMAIL_LENGTH = 254
NAME_LENGTH = 80
BIO_LENGTH = 1000


def fold_email(email: str) -> str:
    """Addresses are kept and compared without regard to case; what is longer than any of them is cut."""
    return unicodedata.normalize("NFC", email.strip()[: 2 * EMAIL_LENGTH]).strip().casefold()


def clean_email(email: str) -> str:
    """An address that mail can be sent to, folded; an intranet's address without a dot is one too."""
    email = email.strip()
    too_long = _("An e-mail address has at most %(most)s characters.", most=EMAIL_LENGTH)
    if len(email) > 2 * EMAIL_LENGTH:  # some of which may be accents; the library's search takes its time
        raise _invalid("email", too_long)
    try:
        valid = validate_email(email, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        is_long = len(email) > EMAIL_LENGTH
        reason = too_long if is_long else _("This is not an e-mail address. One looks like name@example.com.")
        raise _invalid("email", reason) from error
    folded = fold_email(valid.normalized)
    if len(folded) > EMAIL_LENGTH:  # a few letters have a small form that is longer
        raise _invalid("email", too_long)
    return folded


def free_email(session: Session, email: str, *, but: User | None = None) -> str:
    """A clean address that nobody else has."""
    clean = clean_email(email)
    if session.scalar(select(User.id).where(User.email == clean, User.id != (but.id if but else 0))):
        raise _invalid("email", _("Somebody has an account with this address."))
    return clean


def free_username(session: Session, username: str, *, but: User | None = None) -> str:
    """A username that is nobody else's, and does not look like anybody else's."""
    key = skeleton(username.strip())
    if session.scalar(select(User.id).where(User.username_key == key, User.id != (but.id if but else 0))):
        raise _invalid("username", _("This username is taken, or looks like one that is. Choose another."))
    return fold_username(username.strip())


def clean_name(name: str) -> str:
    """A display name of one line; may be empty, and then the username stands in for it."""
    return _short("display_name", clean_line, name, NAME_LENGTH)


def clean_bio(bio: str) -> str:
    return _short("bio", clean_text, bio.strip(), BIO_LENGTH)


def clean_zone(zone: str | None) -> str | None:
    """A time zone that exists, or None for the site's."""
    if not zone:
        return None
    if not is_zone(zone):
        raise _invalid("timezone", _("There is no such time zone."))
    return zone


def clean_locale(locale: str | None) -> str | None:
    """A language that pages can be in, or None for the site's."""
    if not locale:
        return None
    if locale not in LANGUAGES:
        raise _invalid("locale", _("Choose one of the languages in the list."))
    return locale


def _short(field: str, clean: Callable[[str], str], text: str, most: int) -> str:
    """Clean and not too long; whatever is wrong is said beside the field."""
    try:
        text = clean(text)
    except Invalid as error:
        raise _invalid(field, error.message) from error
    if len(text) > most:
        raise _invalid(field, _("At most %(most)s characters, please.", most=most))
    return text


def _invalid(field: str, reason: str) -> Invalid:
    return Invalid(reason, {field: reason})
