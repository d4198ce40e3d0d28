"""What a password must be: long enough, and not among the first that anybody would try; any characters will do."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from cms.core.errors import Invalid
from cms.core.i18n import _

LEAST = 8
MOST_BYTES = 1000
COMMON = Path(__file__).with_name("common_passwords.txt")


def check_password(password: str, *, about: Iterable[str] = (), field: str = "password") -> None:
    """Refuse a password that is too short, too common, or one of the words `about` the person or the site."""
    reason = _reason_against(password, about)
    if reason:
        raise Invalid(reason, {field: reason})


def as_kept(password: str) -> str | None:
    """The form that is hashed, the same from every keyboard; None where it is longer than a password may be."""
    if len(password) > MOST_BYTES:
        return None
    text = unicodedata.normalize("NFKC", password)  # in which a few signs become whole phrases
    return text if len(text.encode()) <= MOST_BYTES else None


def _reason_against(password: str, about: Iterable[str]) -> str | None:
    if len(password) < LEAST:
        return _("A password has at least %(least)s characters; twelve are better.", least=LEAST)
    if as_kept(password) is None:
        return _("A password has at most %(most)s bytes.", most=MOST_BYTES)
    folded = password.casefold()
    if folded in _common() or len(set(folded)) == 1:
        return _("This password is among the first that attackers try. Choose another.")
    if any(_is_only(word, folded) for text in about for word in (text, text.partition("@")[0])):
        return _("This password is your name or the name of this site. Choose another.")
    return None


def _is_only(word: str, password: str) -> bool:
    """Whether the password is the word, whatever digits and marks are put around and between."""
    bare = _bare(word)
    return len(bare) >= 3 and _bare(password) == bare


def _bare(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold()).strip("0123456789")


@cache
def _common() -> frozenset[str]:
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line.casefold() for line in lines if not line.startswith("#"))
