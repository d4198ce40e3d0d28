"""Dates in words, even those at the ends of the calendar, which a zone may be unable to tell.

In English the day comes first and the clock has 24 hours, on every page alike; other languages keep their own order.
"""

from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache
from typing import Any

import flask_babel
from babel import Locale
from flask import Flask, g

from cms.core.i18n import _

Place = tuple[Locale | None, tzinfo | None]

ENGLISH_DATES = {"medium": "d MMM y", "long": "d MMMM y"}
ENGLISH_TIMES = {"short": "HH:mm"}


def init_app(app: Flask) -> None:
    """Templates print dates by these; it comes after Flask-Babel, whose filters they replace."""
    app.jinja_env.filters.update(dateformat=date_words, timeformat=time_words, daytimeformat=day_and_time)


def date_words(value: datetime | date, form: str | None = None) -> str:
    locale, zone = place()
    day = _here(value, zone).date() if isinstance(value, datetime) else value
    return _day(day, _own(ENGLISH_DATES, form, locale), _name(locale))


def time_words(value: datetime, form: str | None = None) -> str:
    locale, zone = place()
    if form == "short":
        return _to_the_minute(_here(value, zone), locale)
    return _told(flask_babel.format_time, value, _own(ENGLISH_TIMES, form, locale))


def day_and_time(value: datetime) -> str:
    """The day with its month in full, and the time to the minute."""
    locale, zone = place()
    here = _here(value, zone)
    day = _day(here.date(), _own(ENGLISH_DATES, "long", locale), _name(locale))
    return day + _(", ") + _to_the_minute(here, locale)


def year_and_month(value: datetime) -> tuple[int, int]:
    """In the reader's zone."""
    here = _here(value, place()[1])
    return here.year, here.month


def moment_words(value: datetime, form: str | None = None) -> str:
    return _told(flask_babel.format_datetime, value, form)


def whole_moment(value: datetime) -> str:
    """The day of the week, the date and the time in the person's zone."""
    return moment_words(value, _("EEE d MMM y, HH:mm"))


def place() -> Place:
    """The language and the zone in force, looked up once; `languages.speaking` has them looked up anew."""
    here = g._get_current_object()  # a werkzeug proxy; Flask-Babel looks through three each time
    known: Place | None = here.get("place")
    if known is None:
        known = here.place = (flask_babel.get_locale(), flask_babel.get_timezone())
    return known


def _name(locale: Locale | None) -> str | None:
    """Each language that we speak has one locale, which takes longer to compare than its name."""
    return locale.language if locale is not None else None


def _to_the_minute(here: datetime, locale: Locale | None) -> str:
    minute = here.time().replace(second=0, microsecond=0)
    return _minute(minute, _own(ENGLISH_TIMES, "short", locale), _name(locale))


@lru_cache(maxsize=4096)
def _day(day: date, form: str | None, _language: str | None) -> str:
    return str(flask_babel.format_date(day, form, rebase=False))


@lru_cache(maxsize=4096)
def _minute(minute: time, form: str | None, _language: str | None) -> str:
    return str(flask_babel.format_time(minute, form, rebase=False))


def _here(value: datetime, zone: tzinfo | None) -> datetime:
    """In the reader's zone, as far as that can tell it."""
    try:
        return (value if value.tzinfo is not None else value.replace(tzinfo=UTC)).astimezone(zone)
    except OverflowError:
        return value


def _own(english: dict[str, str], form: str | None, locale: Locale | None) -> str | None:
    return english.get(form or "medium", form) if locale is not None and locale.language == "en" else form


def _told(formatter: Any, value: datetime, form: str | None) -> str:
    """In the reader's zone, else in the zone that it was stored in: what happened cannot be changed any more."""
    try:
        return str(formatter(value, form))
    except OverflowError:
        return str(formatter(value, form, rebase=False))
