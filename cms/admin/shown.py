"""How values are printed: times in the person's zone, numbers, initials, icons."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Literal, cast
from urllib.parse import urlsplit

from babel.units import format_unit
from flask import Flask
from flask_babel import format_date, format_decimal, format_timedelta, get_locale

from cms.admin.portraits import portrait_path
from cms.core.i18n import _, listed
from cms.core.text import initials
from cms.web import now
from cms.web.dates import moment_words, whole_moment

RELATIVE = timedelta(days=6)
#: Where a number says whether there is work, nobody needs to know more than this, and counting stays cheap.
COUNTED = 100


def init_app(app: Flask) -> None:
    env = app.jinja_env
    env.filters.update(ago=ago, is_near=is_near, moment=whole_moment, day=day)
    env.filters.update(number=format_decimal, counted=counted, filesize=file_size, listed=listed, initials=initials)
    env.globals["portrait_path"] = portrait_path
    static_url = cast(Callable[[str], str], env.globals["static_url"])
    sprite = urlsplit(static_url("icons.svg")).path
    env.globals["icon_sprite"] = sprite  # browsers take a <use> only from the page's own host


def file_size(count: int) -> str:
    """ "3.4 MB", in the words and with the decimal mark of the reader."""
    power = next((power for power in (3, 2, 1) if count >= 1000**power), 0)
    unit = ("byte", "kilobyte", "megabyte", "gigabyte")[power]
    size = round(count / 1000**power, 1 if power else 0)
    length: Literal["short", "long"] = "short" if power else "long"  # CLDR has no plural of “byte” in its short forms
    return format_unit(size, f"digital-{unit}", length, format="#,##0.#", locale=get_locale() or "en")


def counted(number: int) -> str:
    """ "100+" for all that was counted beyond the bound."""
    return format_decimal(min(number, COUNTED)) + ("+" if number > COUNTED else "")


def ago(value: datetime) -> str:
    """ "4 minutes ago", "in 3 hours"; a date where it is further away than a week."""
    difference = value - now()
    if not is_near(value):
        # NOTE: patterns of dates, as in Unicode LDML: put the parts into the order of the language, with its marks.
        return moment_words(value, _("d MMM") if value.year == now().year else _("d MMM y"))
    if abs(difference) < timedelta(seconds=45):
        return _("just now")
    return format_timedelta(difference, granularity="minute", add_direction=True, threshold=1)


def is_near(value: datetime) -> bool:
    """Whether it is told by its distance; further away it is a date."""
    return abs(value - now()) <= RELATIVE


def day(value: date) -> str:
    """A whole day, which has no zone."""
    return format_date(value, _("EEE d MMM"))
