"""The addresses that posts had: `/slug/`, or what the settings of an old version make of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cms.core.zones import is_zone
from cms.importers.parsed import ItemKind

PLAIN = "/:slug/"
_PART = re.compile(r":(\w+)")


@dataclass(frozen=True, slots=True)
class Permalink:
    """The form of a post's address, whose dates are told in the zone of the site."""

    form: str = PLAIN
    zone: str = ""

    @classmethod
    def from_settings(cls, settings: Mapping[str, str]) -> "Permalink":
        zone = settings.get("timezone") or settings.get("active_timezone") or ""
        return cls(settings.get("permalinks") or PLAIN, zone)

    def of(self, kind: ItemKind, slug: str, published_at: datetime | None, author: str) -> tuple[str, ...]:
        """None where the form asks for something that is not known."""
        if not slug:
            return ()
        known = {"slug": slug, "author": author, "primary_author": author}
        if published_at is not None:
            local = published_at.astimezone(ZoneInfo(self.zone) if is_zone(self.zone) else UTC)
            known |= {"year": f"{local:%Y}", "month": f"{local:%m}", "day": f"{local:%d}"}
        form = PLAIN if kind is ItemKind.PAGE else self.form
        path = _PART.sub(lambda found: known.get(found[1], found[0]), form)
        return () if _PART.search(path) or not path.startswith("/") else (path,)
