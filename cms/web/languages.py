"""Which language and which time zone a page is in: the person's own, else the site's."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from zoneinfo import ZoneInfo

import flask_babel
from babel import Locale
from babel.support import NullTranslations
from flask import Flask, current_app, g, has_request_context, request

from cms.core import i18n
from cms.core.i18n import LANGUAGES
from cms.core.zones import is_zone
from cms.extensions import babel
from cms.web import dates
from cms.web.areas import is_api, is_private
from cms.web.visitors import settings, visitor

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def init_app(app: Flask) -> None:
    babel.init_app(app, locale_selector=language, timezone_selector=zone_name, default_timezone="UTC")
    dates.init_app(app)
    i18n.install(_gettext, _ngettext)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(_message, _messages, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(page_language=language, page_direction=direction)
    app.jinja_env.globals.update(arrow_back=arrow_back, arrow_onward=arrow_onward)


def language() -> str:
    """Public pages are the same for everybody, so only the back office and the account follow the person.

    Programs say with each request in which language they, or the people before them, want to be told.
    """
    if is_api(request.path):
        return _language_asked_for() or _language_of_site()
    user = visitor() if is_private(request.path) else None
    chosen = user.locale if user else None
    return chosen if chosen in LANGUAGES else _language_of_site()


def _language_asked_for() -> str | None:
    """The one they like best of those that there are; Austrian German is German."""
    wanted = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality > 0)
    return next((name for name in wanted if name in LANGUAGES), None)


def _language_of_site() -> str:
    chosen = settings().language
    return chosen if chosen in LANGUAGES else "en"


@contextmanager
def in_language_of_site() -> Iterator[None]:
    """For whoever writes to somebody else than who asks: as on a public page, also in a worker, where nobody asks."""
    asked = nullcontext() if has_request_context() else current_app.test_request_context("/")
    with asked, flask_babel.force_locale(_language_of_site()):
        yield


def direction() -> str:
    return "rtl" if language() in RIGHT_TO_LEFT else "ltr"


def arrow_onward() -> str:
    """Points to where one reads on."""
    return "←" if direction() == "rtl" else "→"


def arrow_back() -> str:
    return "→" if direction() == "rtl" else "←"


def zone_name() -> str:
    user = visitor() if is_private(request.path) else None
    chosen = (user.timezone if user else None) or settings().timezone
    return chosen if is_zone(chosen) else "UTC"


def zone() -> ZoneInfo:
    return ZoneInfo(zone_name())


def _message(message: str) -> str:
    """For templates, which put the values in by themselves, escaped."""
    if not has_request_context() or g.get("failing"):
        return message
    return str(_catalogue().ugettext(message))


def _messages(singular: str, plural: str, num: int) -> str:
    if not has_request_context() or g.get("failing"):
        return singular if num == 1 else plural
    return str(_catalogue().ungettext(singular, plural, num))


def _catalogue() -> NullTranslations:
    """Of the language in force, which may change within a request; a page asks for it some hundred times."""
    locale = flask_babel.get_locale()
    known: tuple[Locale | None, NullTranslations] | None = g.get("catalogue")
    if known is None or known[0] is not locale:
        known = g.catalogue = (locale, flask_babel.get_translations())
    return known[1]


def _gettext(message: str, **values: object) -> str:
    if not has_request_context() or g.get("failing"):
        return message % values if values else message
    translated: str = flask_babel.gettext(message, **values)
    return translated


def _ngettext(singular: str, plural: str, num: int, **values: object) -> str:
    if not has_request_context() or g.get("failing"):
        return (singular if num == 1 else plural) % {"num": num, **values}
    translated: str = flask_babel.ngettext(singular, plural, num, **values)
    return translated
