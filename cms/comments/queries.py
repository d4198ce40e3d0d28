"""How comments are found; every reader of what is not public names the viewer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, func, literal, literal_column, or_, select, union_all
from sqlalchemy.orm import Session, aliased, contains_eager, defer, joinedload, lazyload, load_only, selectinload

from cms.accounts.models import User
from cms.comments.lifecycle import APPROVED, PENDING, SPAM, CommentStatus
from cms.comments.models import Ban, Comment, held_condition
from cms.comments.policy import CommentPolicy
from cms.comments.reasons import Reason
from cms.core.db import UTCDateTime, fits
from cms.core.errors import NotFound
from cms.core.i18n import _
from cms.core.keyset import beyond
from cms.posts.models import Post
from cms.posts.queries import each_with_tags
from cms.search import asked_last

#: Earlier than any comment.
BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
#: Answers shown beside one comment in the back office.
ANSWERS = 20
#: What became of somebody's others is said up to here.
MOST_COUNTED = 100


@dataclass(frozen=True)
class Record:
    """What became of an author's other comments; one more than the bound stands for more."""

    approved: int = 0
    spam: int = 0


def get(session: Session, comment_id: int, *, viewer: User | None, for_update: bool = False) -> Comment:
    """One comment with its post and author; NotFound also where the viewer may not know of it."""
    query = select(Comment).where(Comment.id == comment_id).options(*loaded())
    if for_update:
        query = query.with_for_update(of=Comment).execution_options(populate_existing=True)
    comment = session.scalar(query) if fits(comment_id) else None
    if comment is None or not CommentPolicy(viewer).may_see(comment):
        raise NotFound(_("There is no such comment, or you may not see it."))
    return comment


def visible_to(viewer: User | None) -> Select[Comment]:
    """The comments that somebody may see in the back office, in no order."""
    return select(Comment).where(CommentPolicy(viewer).visible())


def queue(session: Session, viewer: User, status: CommentStatus, *, after: int | None, most: int) -> list[Comment]:
    """One page of the moderation queue, the oldest first, beginning after a comment; one more than asked for."""
    query = visible_to(viewer).where(Comment.status == status).options(*loaded())
    if after is not None:
        query = query.where(later_than(after))
    return list(session.scalars(query.order_by(Comment.created_at, Comment.id).limit(most + 1)))


def later_than(comment_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    """What was said after a comment, for the next page; everything where that comment is gone."""
    marker = aliased(Comment)
    known = select(marker.created_at).where(marker.id == comment_id).scalar_subquery()
    at: ColumnElement[datetime] = func.coalesce(known, literal(BEFORE_ALL, UTCDateTime()))
    return beyond(Comment.created_at, Comment.id, (at, comment_id), is_descending=False)


def waiting(session: Session, viewer: User, *, most: int) -> int:
    """How many wait for a moderator, counted no further than `most`."""
    return session.scalars(counting_waiting(viewer, most=most)).one()


def counting_waiting(viewer: User, *, most: int) -> Select[int]:
    """`waiting` as a query, to be asked together with others."""
    rows = visible_to(viewer).with_only_columns(Comment.id).where(Comment.status == PENDING).limit(most)
    return select(func.count()).select_from(rows.subquery())


def held(session: Session, *, most: int) -> int:
    """How many wait, up to `most`; a number for machines, which tells nothing of any of them."""
    rows = select(Comment.id).where(Comment.status == PENDING).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


def answers_to(session: Session, comment: Comment, *, viewer: User) -> list[Comment]:
    """What answers a comment, whatever its status, the oldest first and no more than fit beside it."""
    query = visible_to(viewer).where(Comment.parent_id == comment.id).options(*loaded())
    return list(session.scalars(query.order_by(Comment.created_at, Comment.id).limit(ANSWERS)))


def loaded() -> tuple:  # type: ignore[type-arg]  # loader options share no public type
    """What every screen that shows comments, and every policy that judges them, needs beside the row."""
    return (
        joinedload(Comment.post).options(selectinload(Post.tags), *_as_place()),
        joinedload(Comment.author).options(*_as_author()),
        joinedload(Comment.parent).options(joinedload(Comment.author).options(*_as_author())),
    )


def judged(query: Select[Comment]) -> Select[Comment]:
    """The same in one query, for the record; rows are to be made unique."""
    _post, *others = loaded()
    place = contains_eager(Comment.post).options(contains_eager(Post.tags), *_as_place())
    return each_with_tags(query.outerjoin(Comment.post)).options(place, *others)


def _as_place() -> tuple[Any, ...]:
    """Of a post, when the comments on it are what counts."""
    return lazyload(Post.author), defer(Post.body)


def held_because(session: Session, reason: Reason) -> ColumnElement[bool]:
    """Comments with this among their reasons, word for word as the index of these has it."""
    left, operator, right = held_condition(reason, session.get_bind().dialect.name)
    column: ColumnElement[Any] = literal_column(left.replace("held_because", "comments.held_because"), Integer)
    condition: ColumnElement[bool] = column.bool_op(operator)(literal_column(right, Integer))
    return condition


def records(session: Session, comments: Iterable[Comment]) -> dict[int, Record]:
    """The record of every comment's author, by comment, from one query; the comment itself does not count."""
    ids = [comment.id for comment in comments]
    if not ids:
        return {}
    mine, other = aliased(Comment), aliased(Comment)
    member = _records_of(mine, other, other.author_id == mine.author_id)
    guest = _records_of(mine, other, other.author_id.is_(None) & (other.guest_email == mine.guest_email))
    asked = union_all(
        member.where(mine.id.in_(ids), asked_last(mine.author_id.is_not(None))),
        guest.where(mine.id.in_(ids), asked_last(and_(mine.author_id.is_(None), mine.guest_email != ""))),
    )
    found = {comment_id: Record(approved or 0, spam or 0) for comment_id, approved, spam in session.execute(asked)}
    return {comment_id: found.get(comment_id, Record()) for comment_id in ids}


def is_known(session: Session, *, author_id: int | None, name: str, email: str) -> bool:
    """Whether a comment by this author was approved before; a guest is their name and e-mail together."""
    mine = _by(author_id, email)
    if author_id is None:
        mine = and_(mine, Comment.guest_name == name)
    return session.scalar(select(Comment.id).where(mine, Comment.status == APPROVED).limit(1)) is not None


def same_words(session: Session, *, author_id: int | None, email: str, body: str, since: datetime) -> Sequence[Comment]:
    """What the same author wrote word for word, the latest first."""
    query = select(Comment).where(_by(author_id, email), Comment.body == body, Comment.created_at >= since)
    return session.scalars(query.order_by(Comment.id.desc()).limit(20)).all()


def ban_on(session: Session, *, by: User | None, email: str, networks: Iterable[str], at: datetime) -> Ban | None:
    """The ban that stops this author now, if any; one on themselves before one on their network.

    Member and guest are one where they have one address: signing out or in is no way round.
    """
    member = select(User.id).where(User.email == email).scalar_subquery() if by is None else by.id
    targets = (Ban.network.in_(list(networks)), Ban.user_id == member, Ban.email == (email if by is None else by.email))
    query = select(Ban).where(or_(*targets), in_force(at))
    return session.scalar(query.order_by(Ban.network.is_not(None), Ban.id.desc()).limit(1))


def ban_of(session: Session, *, user_id: int | None, email: str | None, network: str | None) -> Ban | None:
    """The ban on just this, over or not; there is no second one."""
    sides = ((Ban.user_id, user_id), (Ban.email, email), (Ban.network, network))
    return session.scalar(select(Ban).where(*(column == value for column, value in sides if value is not None)))


def in_force(at: datetime) -> ColumnElement[bool]:
    """“Is not over”, as a WHERE clause over bans."""
    return or_(Ban.until.is_(None), Ban.until > at)


def _by(author_id: int | None, email: str) -> ColumnElement[bool]:
    if author_id is not None:
        return Comment.author_id == author_id
    return and_(Comment.author_id.is_(None), Comment.guest_email == email)


def _records_of(
    mine: type[Comment], other: type[Comment], is_same_author: ColumnElement[bool]
) -> Select[int, int | None, int | None]:
    """Somebody may have written a hundred thousand: no count goes further than the bound."""
    theirs = select(other.id).where(is_same_author, other.id != mine.id).correlate(mine).limit(MOST_COUNTED + 1)
    counts = (
        select(func.count()).select_from(theirs.where(other.status == status).subquery()).scalar_subquery()
        for status in (APPROVED, SPAM)
    )
    approved, spam = counts
    return select(mine.id, approved, spam)


def _as_author() -> tuple:  # type: ignore[type-arg]  # loader options share no public type
    return load_only(User.username, User.display_name, User.email, User.active, User.avatar_id), lazyload(User.roles)
