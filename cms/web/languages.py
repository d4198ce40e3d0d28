"""Which language and which time zone a page is in: the person's own, else the site's."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import flask_babel
from babel.support import NullTranslations
from flask import Flask, current_app, g, has_request_context, request
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from cms.core import i18n
from cms.core.i18n import LANGUAGES
from cms.core.zones import is_zone
from cms.extensions import babel
from cms.web import dates
from cms.web.areas import is_api, is_private
from cms.web.proxies import this_request
from cms.web.visitors import settings, visitor

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def init_app(app: Flask) -> None:
    babel.init_app(app, locale_selector=language, timezone_selector=zone_name, default_timezone="UTC")
    dates.init_app(app)
    i18n.install(_gettext, _ngettext, _moment)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(_said, _messages, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(dict.fromkeys(("_", "gettext"), _printed))  # Jinja's own takes six calls for one
    app.jinja_env.globals.update(page_language=language, page_direction=direction)
    app.jinja_env.globals.update(arrow_back=arrow_back, arrow_onward=arrow_onward)


def language() -> str:
    """Public pages are the same for everybody, so only the back office and the account follow the person.

    Programs say with each request in which language they, or the people before them, want to be told.
    """
    path = this_request().path
    if is_api(path):
        return _language_asked_for() or _language_of_site()
    user = visitor() if is_private(path) else None
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
    with asked, speaking(_language_of_site()):
        yield


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Inside, everything is said in this language."""
    _look_anew()
    try:
        with flask_babel.force_locale(language):
            yield
    finally:
        _look_anew()


def _look_anew() -> None:
    for known in ("catalogue", "place"):
        g.pop(known, None)


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


@pass_eval_context
def _printed(context: EvalContext, message: str, /, **values: object) -> str:
    """For templates, which put the values in by themselves, escaped."""
    words = _catalogue()
    told = _text(words, message, is_markup=context.autoescape)
    if not values and "%" not in told:
        return told
    if not context.autoescape:
        return told % values
    # What Markup does as well, with a wrapper around each value.
    return Markup(str(told) % {name: _escaped(value) for name, value in values.items()})  # noqa: S704 - escaped here


def _escaped(value: object) -> object:
    """Numbers stay what they are: a message may say how they are written."""
    return value if isinstance(value, (int, float)) else escape(value)


@lru_cache(maxsize=4096)
def _text(words: NullTranslations | None, message: str, *, is_markup: bool) -> str:
    """Messages are ours, and those of templates may hold markup."""
    told = str(message) if words is None else str(words.ugettext(message))
    return Markup(told) if is_markup else told  # noqa: S704 - nobody else writes them


def _messages(singular: str, plural: str, num: int) -> str:
    words = _catalogue()
    if words is None:
        return singular if num == 1 else plural
    return str(words.ungettext(singular, plural, num))


def _said(message: str) -> str:
    return _text(_catalogue(), message, is_markup=False)


def _catalogue() -> NullTranslations | None:
    """Of the language in force, looked up once: a page asks for it some hundred times. None where nobody asks."""
    if not has_request_context():
        return None
    here = g._get_current_object()  # a werkzeug proxy, which takes as long as all below
    if here.get("failing"):
        return None
    known: NullTranslations | None = here.get("catalogue")
    if known is None:
        known = here.catalogue = flask_babel.get_translations()
    return known


def _gettext(message: str, **values: object) -> str:
    told = _said(message)
    return told % values if values else told


def _ngettext(singular: str, plural: str, num: int, **values: object) -> str:
    return _messages(singular, plural, num) % {"num": num, **values}


def _moment(value: datetime) -> str:
    return dates.whole_moment(value) if has_request_context() else value.isoformat()
