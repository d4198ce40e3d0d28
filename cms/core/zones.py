"""The time zones there are: reading them from the disk takes many milliseconds, so it is done once."""

from functools import cache
from zoneinfo import available_timezones


@cache
def zone_names() -> tuple[str, ...]:
    """Every name that `ZoneInfo` knows, in order."""
    return tuple(sorted(available_timezones()))


def is_zone(name: str) -> bool:
    return name in _known()


@cache
def _known() -> frozenset[str]:
    return frozenset(zone_names())
