"""The stretch of the calendar in which every zone can tell the time."""

from datetime import datetime

from cms.core.i18n import _

#: Years outside these are no mistake of typing, and near the ends of the calendar some zones have no date at all.
FIRST_YEAR, LAST_YEAR = 1000, 9000


def is_within_calendar(moment: datetime) -> bool:
    return FIRST_YEAR <= moment.year <= LAST_YEAR


def outside_calendar() -> str:
    """The sentence for whoever typed such a date."""
    return _("Choose a year between %(first)s and %(last)s.", first=FIRST_YEAR, last=LAST_YEAR)
