"""Dates in words, even those at the ends of the calendar, which a zone may be unable to tell.

In English the day comes first and the clock has 24 hours, on every page alike; other languages keep their own order.
"""

from datetime import datetime
from typing import Any

import flask_babel
from flask import Flask

ENGLISH_DATES = {"medium": "d MMM y", "long": "d MMMM y"}
ENGLISH_TIMES = {"short": "HH:mm"}


def init_app(app: Flask) -> None:
    """Templates print dates by these; it comes after Flask-Babel, whose filters they replace."""
    app.jinja_env.filters.update(dateformat=date_words, timeformat=time_words)


def date_words(value: datetime, form: str | None = None) -> str:
    return _told(flask_babel.format_date, value, _own(ENGLISH_DATES, form))


def time_words(value: datetime, form: str | None = None) -> str:
    return _told(flask_babel.format_time, value, _own(ENGLISH_TIMES, form))


def moment_words(value: datetime, form: str | None = None) -> str:
    return _told(flask_babel.format_datetime, value, form)


def _own(english: dict[str, str], form: str | None) -> str | None:
    locale = flask_babel.get_locale()
    return english.get(form or "medium", form) if locale is not None and locale.language == "en" else form


def _told(formatter: Any, value: datetime, form: str | None) -> str:
    """In the reader's zone, else in the zone that it was stored in: what happened cannot be changed any more."""
    try:
        return str(formatter(value, form))
    except OverflowError:
        return str(formatter(value, form, rebase=False))
