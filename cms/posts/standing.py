"""Where posts stand with readers: live, scheduled, with changes waiting, or expired. Facts, read from editions."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, exists, func, literal_column, or_, select
from sqlalchemy.orm import Session

from cms.core.planning import BY_KEY
from cms.posts.lifecycle import PUBLISHED, PostStatus
from cms.posts.models import Edition, Post, PostKind, Revision
from cms.posts.queries import AT, goes_on, is_live, is_open
from cms.search import asked_last


@dataclass(frozen=True)
class Showing:
    """One edition, without its text: what it shows, when, and which version of the post that is."""

    path: str
    live_from: datetime
    live_until: datetime | None
    version: int


@dataclass(frozen=True)
class Standing:
    """A post's status together with what readers see of it now and next."""

    status: PostStatus
    version: int
    live: Showing | None = None
    coming: Showing | None = None

    @property
    def shown(self) -> Showing | None:
        """What readers see now, else what they will see next."""
        return self.live or self.coming

    @property
    def is_scheduled(self) -> bool:
        """Nothing is live yet, but something will be."""
        return self.live is None and self.coming is not None

    @property
    def is_expired(self) -> bool:
        return self.status is PUBLISHED and self.live is None and self.coming is None

    @property
    def has_changes(self) -> bool:
        """Readers see an older version, and no newer one is on its way."""
        newest = self.coming or self.live
        return newest is not None and newest.version < self.version


def standings(session: Session, posts: Iterable[Post], at: datetime) -> dict[int, Standing]:
    """By post, in one query however many there are. A page that goes on at another address is one with itself."""
    posts = list(posts)
    showing: dict[int, list[Showing]] = {post.id: [] for post in posts}
    rows = session.execute(_showings(), {"posts": list(showing), "at": at})
    for post_id, is_more_of_it, path, live_from, live_until, number in rows:
        shown = showing[post_id]
        if is_more_of_it and shown:
            shown[-1] = replace(shown[-1], live_until=live_until)
        else:
            shown.append(Showing(path, live_from, live_until, number))
    return {post.id: _standing(post, showing[post.id], at) for post in posts}


@cache
def _showings() -> Select[int, bool, str, datetime, datetime | None, int]:
    """Put together once, which takes longer than to ask it."""
    return (
        select(Edition.post_id, goes_on(), Edition.path, Edition.live_from, Edition.live_until, Revision.number)
        .join(Revision, Revision.id == Edition.revision_id)
        .where(Edition.post_id.in_(bindparam("posts", expanding=True)), is_open(AT))
        .order_by(Edition.live_from)
        .execution_options(**BY_KEY)
    )


def is_scheduled(at: datetime) -> ColumnElement[bool]:
    """Something of the post lies ahead, as a WHERE clause."""
    # As a value and not with EXISTS, which PostgreSQL takes apart to look up the post of every edition ahead.
    one: ColumnElement[int] = literal_column("1", Integer)
    ahead = select(one).where(Edition.post_id == Post.id, Edition.live_from > at, ~goes_on())
    return func.coalesce(ahead.limit(1).scalar_subquery(), 0) == 1


def is_showing(at: datetime) -> ColumnElement[bool]:
    """Editions are asked only of what is shown once more after a break, which is ahead or has begun."""
    # What compares NULL is NULL, with which PostgreSQL would ask for editions all the same.
    is_again = and_(Post.shown_earlier_until.is_not(None), Post.shown_earlier_until > at)
    before = exists().where(Edition.post_id == Post.id, is_live(at))
    return and_(_is_open(at), or_(Post.shown_from <= at, and_(is_again, before)))


def has_expired(at: datetime) -> ColumnElement[bool]:
    return and_(Post.status == PUBLISHED, Post.shown_until <= at)


def _is_open(at: datetime) -> ColumnElement[bool]:
    """Some edition is live or ahead."""
    return and_(Post.shown_from.is_not(None), or_(Post.shown_until.is_(None), Post.shown_until > at))


def ids_of_scheduled(kind: PostKind, at: datetime) -> Select[int]:
    """Those with something ahead, from the index of beginnings."""
    return select(Edition.post_id).where(asked_last(Edition.kind == kind), Edition.live_from > at, ~goes_on())


def has_pill(word: str, at: datetime) -> ColumnElement[bool]:
    """What a list calls a post, as a WHERE clause: of what is published, only what readers see now is called so."""
    match word:
        case "scheduled":
            return and_(Post.status == PUBLISHED, ~is_showing(at), is_scheduled(at))
        case "expired":
            return has_expired(at)
        case PostStatus.PUBLISHED:
            return and_(Post.status == PUBLISHED, is_showing(at))
        case _:
            return Post.status == word


def has_changes_waiting(at: datetime) -> ColumnElement[bool]:
    """`Standing.has_changes` as a WHERE clause; one test keeps the two in step."""
    return and_(Post.version > Post.shown_version, _is_open(at))


def _standing(post: Post, showing: list[Showing], at: datetime) -> Standing:
    live = next((one for one in showing if one.live_from <= at), None)
    coming = next((one for one in showing if one.live_from > at), None)
    return Standing(post.status, post.version, live, coming)
