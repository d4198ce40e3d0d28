"""What an item becomes here, and which of them comes first."""

from collections.abc import Iterator
from datetime import datetime

from cms.importers.parsed import ItemStatus, ParsedItem, above_first, sound_parents
from cms.posts.lifecycle import ARCHIVED, DRAFT, IN_REVIEW, PUBLISHED, PostStatus


def standing(item: ParsedItem, at: datetime) -> tuple[PostStatus, datetime | None]:
    """The status of an item here, and since when readers see it, or saw it."""
    match item.status:
        case ItemStatus.PUBLISHED:
            return PUBLISHED, item.published_at or at
        case ItemStatus.SCHEDULED if item.published_at is not None:
            return PUBLISHED, item.published_at
        case ItemStatus.IN_REVIEW:
            return IN_REVIEW, None
        case ItemStatus.ARCHIVED:
            return ARCHIVED, item.published_at
        case _:
            return DRAFT, None


def parents_first(items: tuple[ParsedItem, ...]) -> Iterator[tuple[ParsedItem, str | None]]:
    """Every item after its parent, with the parent that it can have."""
    by_id = {item.source_id: item for item in items}
    parents = sound_parents({item.source_id: item.parent_source_id for item in items})
    for source_id in above_first(parents):
        yield by_id[source_id], parents[source_id]
