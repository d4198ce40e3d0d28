"""The stretch of the calendar in which every zone can tell the time."""

from datetime import datetime, tzinfo

from cms.core.i18n import _

#: Years outside these are no mistake of typing, and near the ends of the calendar some zones have no date at all.
FIRST_YEAR, LAST_YEAR = 1000, 9000


def is_within_calendar(moment: datetime) -> bool:
    return FIRST_YEAR <= moment.year <= LAST_YEAR


def month_of(year: int, month: int, zone: tzinfo) -> tuple[datetime, datetime]:
    """When a month begins in a zone, and when the next one does."""
    next_year, next_month = (year + 1, 1) if month == 12 else (year, month + 1)
    return datetime(year, month, 1, tzinfo=zone), datetime(next_year, next_month, 1, tzinfo=zone)


def outside_calendar() -> str:
    """The sentence for whoever typed such a date."""
    return _("Choose a year between %(first)s and %(last)s.", first=FIRST_YEAR, last=LAST_YEAR)
