"""How an address of this site is written down, so that one old address is one row."""

import re
from urllib.parse import unquote

from cms.core.errors import Invalid
from cms.core.i18n import _
from cms.core.sanitize_urls import is_web
from cms.core.text import clean_line

LONGEST = 500
_REPEATED_SLASH = re.compile(r"/{2,}")
_NEVER_IN_A_PATH = re.compile(r"[\s\\\x00-\x1f\x7f]")


def normal(path: str) -> str:
    """In lower case, with single slashes and none at the end: `/Old-Page/` and `/old-page` are one address."""
    return _REPEATED_SLASH.sub("/", path).rstrip("/").lower() or "/"


def path_within(target: str | None) -> str | None:
    """The path that a target asks this site for, in its normal form; None for an address elsewhere and for none."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    return normal(unquote(target.partition("#")[0].partition("?")[0]))[:LONGEST]


def checked_path(text: str) -> str:
    """A path of this site in its normal form, from what somebody typed; raises Invalid with a sentence."""
    line = clean_line(text)
    if not line.startswith("/") or line.startswith("//"):
        raise Invalid(_("An address of this site begins with one slash, such as /old-page."))
    if _NEVER_IN_A_PATH.search(line) or "?" in line or "#" in line:
        raise Invalid(_("Leave out spaces, backslashes and everything from a question mark or a # on."))
    path = normal(line)
    if len(path) > LONGEST:
        raise Invalid(_("At most %(most)s characters fit here.", most=LONGEST))
    return path


def checked_target(text: str) -> str:
    """Where a redirect may lead: a path of this site, which may have a query, or a whole web address."""
    line = clean_line(text)
    if len(line) > LONGEST:
        raise Invalid(_("At most %(most)s characters fit here.", most=LONGEST))
    if _NEVER_IN_A_PATH.search(line):
        raise Invalid(_("An address has no spaces and no backslashes."))
    if line.startswith("/") and not line.startswith("//"):
        return line
    if not is_web(line):
        raise Invalid(_("Enter a path of this site such as /new-page, or a whole address that begins with https://."))
    return line
