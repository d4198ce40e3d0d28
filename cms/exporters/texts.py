"""Posts and pages as Markdown files."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.exporters.batches import batches, by_id
from cms.exporters.files import Files
from cms.exporters.folder import Folder
from cms.exporters.heads import document, values_of
from cms.exporters.progress import Tally
from cms.exporters.tags import TagTree
from cms.exporters.versions import COLUMNS, SCHEDULED, Version, versions_of
from cms.posts.lifecycle import ARCHIVED, DRAFT, IN_REVIEW, PUBLISHED
from cms.posts.models import Post, PostKind
from cms.redirects.models import Redirect, RedirectStatus
from cms.series.models import Series

CHANGES = "changes"
_KINDS = {PostKind.POST: "posts", PostKind.PAGE: "pages"}
TAKEN_BACK = tuple(_KINDS.values())
_STATUSES = {
    str(PUBLISHED): "published",
    SCHEDULED: "scheduled",
    str(IN_REVIEW): "in_review",
    str(ARCHIVED): "archived",
    str(DRAFT): "drafts",
}


@dataclass(frozen=True, slots=True)
class _Around:
    """What the texts of a batch name, by id."""

    files: dict[int, str]
    people: dict[int, Any]
    series: dict[int, Any]
    old_paths: defaultdict[int, list[str]]


class Texts:
    """Writes every post and page that is not in the trash."""

    def __init__(self, session: Session, files: Files, tags: TagTree, *, zone: tzinfo, at: datetime) -> None:
        self._session = session
        self._files = files
        self._tags = tags
        self._zone = zone
        self._at = at

    def write(self, folder: Folder, tally: Tally) -> None:
        for posts in batches(self._session, select(*COLUMNS).where(Post.trashed_at.is_(None)), Post.id):
            self._write_batch(folder, list(versions_of(self._session, posts, self._at)), tally)

    def _write_batch(self, folder: Folder, versions: list[Version], tally: Tally) -> None:
        around = self._around(versions)
        for version in versions:
            parts = _place(folder, version)
            depth = len(parts) - 1
            values = self._head(version, around, depth)
            body = self._files.rewritten(version.fields["body"], around.files, depth=depth)
            folder.write(parts, document(values, body))
            _count(version, tally)

    def _head(self, version: Version, around: _Around, depth: int) -> dict[str, Any]:
        fields = version.fields
        image = around.files.get(fields["featured_media_id"] or 0)
        series = around.series.get(fields["series_id"] or 0)
        return values_of(
            version,
            zone=self._zone,
            author=_author(around.people.get(fields["author_id"])),
            tag_paths=self._tags.paths(fields["tags"]),
            series=series.title if series else None,
            image=f"{'../' * depth}{image}" if image else None,
            old_paths=[] if version.is_change else around.old_paths[version.id],
        )

    def _around(self, versions: list[Version]) -> _Around:
        fields = [version.fields for version in versions]
        shown = {id for values in fields for id in (values["featured_media_id"], *self._files.ids_in(values["body"]))}
        people = select(User.id, User.username, User.name, User.email, User.anonymised_at)
        series = select(Series.id, Series.title)
        return _Around(
            files=self._files.paths(shown),
            people=by_id(self._session, people, User.id, (values["author_id"] for values in fields)),
            series=by_id(self._session, series, Series.id, (values["series_id"] for values in fields)),
            old_paths=self._old_paths(version.id for version in versions),
        )

    def _old_paths(self, ids: Iterable[int]) -> defaultdict[int, list[str]]:
        query = select(Redirect.post_id, Redirect.from_path).where(
            Redirect.post_id.in_(set(ids)), Redirect.status == RedirectStatus.PERMANENT
        )
        found: defaultdict[int, list[str]] = defaultdict(list)
        for post_id, path in self._session.execute(query.order_by(Redirect.id)):
            found[post_id or 0].append(path)
        return found


def _place(folder: Folder, version: Version) -> tuple[str, ...]:
    *above, name = version.address.strip("/").split("/")
    kind = _KINDS[version.kind]
    below = above if version.kind is PostKind.PAGE else []
    begins = (CHANGES, kind) if version.is_change else (kind,)
    return folder.free((*begins, *below), name, ".md", id=version.id)


def _author(person: Any) -> dict[str, str] | None:
    if person is None:
        return None
    known = {"username": person.username, "name": person.name}
    return known if person.anonymised_at is not None else known | {"email": person.email}


def _count(version: Version, tally: Tally) -> None:
    if version.is_change:
        tally.counts["changes"] += 1
        return
    tally.add(_KINDS[version.kind])
    if version.kind is PostKind.POST:
        tally.counts[_STATUSES[str(version.status)]] += 1
