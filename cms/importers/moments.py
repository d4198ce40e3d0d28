"""Dates of exports in UTC, where they are dates at all."""

from datetime import UTC, datetime

from cms.core.calendar import is_within_calendar


def utc(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return in_utc(moment)


def in_utc(moment: datetime) -> datetime | None:
    if not is_within_calendar(moment):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def from_milliseconds(value: float) -> datetime | None:
    """Counted from 1970, as JavaScript tells the time."""
    try:
        return in_utc(datetime.fromtimestamp(value / 1000, UTC))
    except (ValueError, OverflowError, OSError):
        return None
