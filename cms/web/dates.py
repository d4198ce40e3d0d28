"""Dates in words, even those at the ends of the calendar, which a zone may be unable to tell."""

from datetime import datetime
from typing import Any

import flask_babel
from flask import Flask


def init_app(app: Flask) -> None:
    """Templates print dates by these; it comes after Flask-Babel, whose filters they replace."""
    app.jinja_env.filters.update(dateformat=date_words, timeformat=time_words)


def date_words(value: datetime, form: str | None = None) -> str:
    return _told(flask_babel.format_date, value, form)


def time_words(value: datetime, form: str | None = None) -> str:
    return _told(flask_babel.format_time, value, form)


def moment_words(value: datetime, form: str | None = None) -> str:
    return _told(flask_babel.format_datetime, value, form)


def _told(formatter: Any, value: datetime, form: str | None) -> str:
    """In the reader's zone, else in the zone that it was stored in: what happened cannot be changed any more."""
    try:
        return str(formatter(value, form))
    except OverflowError:
        return str(formatter(value, form, rebase=False))
