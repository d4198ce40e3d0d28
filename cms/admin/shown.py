"""How values are printed: times in the person's zone, numbers, initials, icons."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import cast
from urllib.parse import urlsplit

from flask import Flask
from flask_babel import format_date, format_decimal, format_timedelta

from cms.admin.portraits import portrait_path
from cms.core.i18n import _
from cms.core.text import initials
from cms.web import now
from cms.web.dates import moment_words

RELATIVE = timedelta(days=6)
#: Where a number says whether there is work, nobody needs to know more than this, and counting stays cheap.
COUNTED = 100


def init_app(app: Flask) -> None:
    env = app.jinja_env
    env.filters.update(ago=ago, is_near=is_near, moment=moment, day=day)
    env.filters.update(number=format_decimal, counted=counted, initials=initials)
    env.globals["portrait_path"] = portrait_path
    static_url = cast(Callable[[str], str], env.globals["static_url"])
    sprite = urlsplit(static_url("icons.svg")).path
    env.globals["icon_sprite"] = sprite  # browsers take a <use> only from the page's own host


def counted(number: int) -> str:
    """ "100+" for all that was counted beyond the bound."""
    return format_decimal(min(number, COUNTED)) + ("+" if number > COUNTED else "")


def ago(value: datetime) -> str:
    """ "4 minutes ago", "in 3 hours"; a date where it is further away than a week."""
    difference = value - now()
    if not is_near(value):
        return moment_words(value, "d MMM" if value.year == now().year else "d MMM y")
    if abs(difference) < timedelta(seconds=45):
        return _("just now")
    return format_timedelta(difference, granularity="minute", add_direction=True, threshold=1)


def is_near(value: datetime) -> bool:
    """Whether it is told by its distance; further away it is a date."""
    return abs(value - now()) <= RELATIVE


def day(value: date) -> str:
    """A whole day, which has no zone."""
    return format_date(value, "EEE d MMM")


def moment(value: datetime) -> str:
    """The whole date and time in the person's zone."""
    return moment_words(value, "EEE d MMM y, HH:mm")
