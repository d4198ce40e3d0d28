"""Tags with those above them: all of them at once, since they are few."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.exporters.folder import Folder
from cms.exporters.progress import Tally
from cms.taxonomy.models import Tag


class TagTree:
    """A circle, which nothing of ours makes, is cut."""

    def __init__(self, session: Session) -> None:
        query = select(Tag.id, Tag.name, Tag.key, Tag.slug, Tag.description, Tag.parent_id).order_by(Tag.name, Tag.id)
        self._tags: dict[int, Any] = {row.id: row for row in session.execute(query)}
        self._by_key = {row.key: row for row in self._tags.values()}

    def write(self, folder: Folder, tally: Tally) -> None:
        with folder.rows("tags.json") as add:
            for tag in self._tags.values():
                above = self._path(tag)[:-1]
                add({"name": tag.name, "slug": tag.slug, "description": tag.description, "path": above})
                tally.counts["tags"] += 1

    def paths(self, names: Iterable[str]) -> list[list[str]]:
        """From the top down, of those tags that have one above them."""
        found = (self._by_key.get(name.casefold()) for name in names)
        return [self._path(tag) for tag in found if tag is not None and tag.parent_id is not None]

    def _path(self, tag: Any) -> list[str]:
        return [one.name for one in reversed(list(self._upwards(tag)))]

    def _upwards(self, tag: Any) -> Iterator[Any]:
        seen: set[int] = set()
        while tag is not None and tag.id not in seen:
            yield tag
            seen.add(tag.id)
            tag = self._tags.get(tag.parent_id or 0)
