"""Where files of the library are shown, read from the index of references: no text is opened for it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from cms.accounts.models import User
from cms.core.db import MAX_ID
from cms.media.models import Media
from cms.media.paths import ids_in
from cms.posts.models import Edition, Post
from cms.posts.policy import PostPolicy
from cms.posts.queries import is_open
from cms.references.models import MediaUse
from cms.settings.declared import DECLARED
from cms.settings.kinds import SettingType
from cms.settings.models import SettingValue

SHOWN = 50
CHUNK = 500
SITE = "settings"
Row = tuple[str, int, str, int]


@dataclass(frozen=True)
class Uses:
    """Posts and pages that the viewer may see, and whether there are others that they may not."""

    posts: list[Post]
    more: bool
    elsewhere: bool


@dataclass(frozen=True)
class OtherUses:
    """What shows a file and is no post."""

    people: list[User]
    settings: list[str]


def posts_showing(session: Session, media_id: int, *, viewer: User, at: datetime) -> Uses:
    """Posts that show it in their working text, as their image, or to readers now or soon; two queries."""
    shown = (
        select(MediaUse.subject_id)
        .where(MediaUse.media_id == media_id, MediaUse.subject_type == Post.__tablename__)
        .union(
            select(Edition.post_id)
            .join(MediaUse, MediaUse.subject_id == Edition.id)
            .where(MediaUse.media_id == media_id, MediaUse.subject_type == Edition.__tablename__, is_open(at))
        )
    )
    uses = and_(Post.trashed_at.is_(None), Post.id.in_(shown))
    visible = PostPolicy(viewer).viewable()
    newest = select(Post).where(uses, visible).order_by(Post.updated_at.desc(), Post.id.desc())
    posts = list(session.scalars(newest.limit(SHOWN + 1)))
    hidden = session.scalar(select(Post.id).where(uses, ~visible).limit(1))
    return Uses(posts[:SHOWN], len(posts) > SHOWN, hidden is not None)


def others_showing(session: Session, media_id: int) -> OtherUses:
    """People whose portrait it is, and settings that name it; two queries."""
    about = (MediaUse.media_id == media_id, MediaUse.subject_type == User.__tablename__)
    ids = select(MediaUse.subject_id).where(*about)
    people = session.scalars(select(User).where(User.id.in_(ids)).order_by(User.id).limit(SHOWN))
    fields = select(MediaUse.field).where(MediaUse.media_id == media_id, MediaUse.subject_type == SITE)
    return OtherUses(list(people), list(session.scalars(fields)))


def is_used(at: datetime) -> ColumnElement[bool]:
    """Whether anything shows a file, as a WHERE clause: a past edition does not, a post in the trash still does."""
    use, edition = aliased(MediaUse), aliased(Edition)
    open_now = exists().where(edition.id == use.subject_id, or_(edition.live_until.is_(None), edition.live_until > at))
    return exists().where(use.media_id == Media.id, or_(use.subject_type != Edition.__tablename__, open_now))


def ids_of_used() -> Select[int]:
    """Files that something shows, or a past edition did, from the index of references."""
    return select(MediaUse.media_id).distinct()


def may_go(at: datetime, *, trashed_before: datetime | None, erased_before: datetime) -> ColumnElement[bool]:
    """Files of the trash that nothing shows any more; pictures of whom was erased go whatever shows them."""
    erased = Media.erased_at < erased_before
    return erased if trashed_before is None else or_(erased, and_(Media.trashed_at < trashed_before, ~is_used(at)))


def let_go(session: Session, media_id: int) -> None:
    """Empty the columns that refer to a file which goes for good: those of past editions, or of anything if it must."""
    for column in (Post.featured_media_id, Edition.featured_media_id, User.avatar_id):
        session.execute(update(column.class_).where(column == media_id).values({column.key: None}))


def rebuild(session: Session) -> int:
    """Make the whole index again from the rows and their texts; returns how many references there are."""
    session.flush()
    session.execute(delete(MediaUse))
    keys = ("subject_type", "subject_id", "field", "media_id")
    for rows in filter(None, _references(session)):
        session.execute(insert(MediaUse), [dict(zip(keys, row, strict=True)) for row in rows])
    return session.scalar(select(func.count()).select_from(MediaUse)) or 0


def faults(session: Session) -> int:
    """How many references the index lacks or has too many; 0 where all is well."""
    known = select(MediaUse.subject_type, MediaUse.subject_id, MediaUse.field, MediaUse.media_id)
    right = wrong = 0
    for rows in filter(None, _references(session)):
        about = MediaUse.subject_id.in_({row[1] for row in rows}), MediaUse.subject_type == rows[0][0]
        found = {tuple(row) for row in session.execute(known.where(*about, MediaUse.field == rows[0][2]))}
        right += len(found & set(rows))
        wrong += len(set(rows) - found)
    return wrong + (session.scalar(select(func.count()).select_from(MediaUse)) or 0) - right


def _references(session: Session) -> Iterator[list[Row]]:
    """Every reference that there is, in chunks of one table and field."""
    for column in (Post.featured_media_id, Edition.featured_media_id, User.avatar_id):
        yield from _chunks(session, column, column.is_not(None), lambda media_id: {media_id})
    for text in (Post.body, Edition.body_html):
        yield from _chunks(session, text, text.contains("/media/"), ids_in)
    keys = [setting.key for setting in DECLARED if setting.type is SettingType.MEDIA]
    named = session.execute(select(SettingValue.key, SettingValue.value).where(SettingValue.key.in_(keys)))
    for key, media_id in named.all():
        if media_id is not None:
            yield _of_files_there(session, [(SITE, 0, key, media_id)])


def _chunks(
    session: Session, column: Any, condition: ColumnElement[bool], read: Callable[[Any], set[int]]
) -> Iterator[list[Row]]:
    """By id, so that a million texts are never in memory at once."""
    model, last = column.class_, 0
    some = select(model.id, column).where(condition).order_by(model.id).limit(CHUNK)
    while rows := session.execute(some.where(model.id > last)).all():
        found = [(model.__tablename__, row_id, column.key, id) for row_id, value in rows for id in read(value)]
        yield _of_files_there(session, found)
        last = rows[-1][0]


def _of_files_there(session: Session, rows: list[Row]) -> list[Row]:
    """A text may name any number."""
    wanted = {media_id for *_where, media_id in rows if media_id <= MAX_ID}
    there = set(session.scalars(select(Media.id).where(Media.id.in_(wanted))))
    return [row for row in rows if row[3] in there]
