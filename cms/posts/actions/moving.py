"""The moves of a post's life: submit, send back, publish, unpublish, archive, restore, trash."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.actions import Changes, gathering, record
from cms.audit.models import Event
from cms.core.calendar import is_within_calendar, outside_calendar
from cms.core.decision import require
from cms.core.errors import Conflict, Invalid
from cms.core.i18n import _
from cms.posts.actions import editions
from cms.posts.lifecycle import DRAFT, POST_LIFE, PUBLISHED, PostMove
from cms.posts.models import Edition, Post
from cms.posts.policy import PostPolicy


def possible_moves(post: Post) -> list[PostMove]:
    """What the state of a post allows, whoever asks."""
    return [PostMove.RESTORE] if post.is_trashed else [*POST_LIFE.moves_from(post.status), PostMove.TRASH]


def require_possible(post: Post, move: PostMove) -> None:
    """Conflict, with the reason, where the state of a post does not allow a move."""
    if move not in possible_moves(post):
        _refuse_trashed(post)
        POST_LIFE.after(move, post.status)


def available_moves(post: Post, *, to: User) -> list[PostMove]:
    """The buttons this person sees on this post."""
    policy = PostPolicy(to)
    return [move for move in possible_moves(post) if policy.may_move(move, post)]


def move_post(
    session: Session,
    post: Post,
    move: PostMove,
    *,
    by: User,
    at: datetime,
    note: str = "",
    batch_id: int | None = None,
) -> None:
    """Move the post along its lifecycle and leave a trace; publishing this way keeps what was planned, or means now."""
    if move is PostMove.PUBLISH:
        live_from, live_until = editions.planned_times(session, post, at)
        times = {"live_from": live_from, "live_until": live_until}
        publish(session, post, by=by, at=at, **times, note=note, batch_id=batch_id)
        return
    require(PostPolicy(by).may_move(move, post))
    before = facts(session, post, at)
    with gathering(session) as parts:
        _change_status(session, post, move, by=by, at=at)
    record_move(session, post, move, before, by=by, at=at, note=note, batch_id=batch_id, parts=parts)


def publish(
    session: Session,
    post: Post,
    *,
    by: User,
    at: datetime,
    live_from: datetime | None = None,
    live_until: datetime | None = None,
    note: str = "",
    batch_id: int | None = None,
) -> Edition:
    """Put the working text before readers, now or at `live_from`, for good or until `live_until`."""
    require(PostPolicy(by).may_move(PostMove.PUBLISH, post))
    _refuse_trashed(post)
    check_times(at, live_from, live_until)
    before = facts(session, post, at)
    post.status = POST_LIFE.after(PostMove.PUBLISH, post.status)
    starts = live_from or at
    if post.published_at is None or post.published_at > at:
        post.published_at = starts
    with gathering(session) as parts:
        edition = editions.make_live(session, post, by=by, at=at, live_from=live_from, live_until=live_until)
    record_move(session, post, PostMove.PUBLISH, before, by=by, at=at, note=note, batch_id=batch_id, parts=parts)
    return edition


def reassign(session: Session, person: User, to: User, *, by: User, at: datetime) -> int:
    """Give every post of one person to another, trashed ones included; returns how many."""
    posts = session.scalars(select(Post).where(Post.author_id == person.id).with_for_update()).all()
    signed: dict[int, list[int]] = {}
    editions_of = select(Edition.post_id, Edition.id).where(Edition.author_id == person.id)
    for post_id, edition_id in session.execute(editions_of.order_by(Edition.id)):
        signed.setdefault(post_id, []).append(edition_id)
    for post in posts:
        require(PostPolicy(by).may_set_author(post))
        give_to(session, post, to, signed.pop(post.id, []), by=by, at=at)
    elsewhere = [edition_id for ids in signed.values() for edition_id in ids]
    for edition in session.scalars(select(Edition).where(Edition.id.in_(elsewhere))):
        edition.author_id = to.id
    session.flush()
    return len(posts)


def give_to(session: Session, post: Post, author: User, signed: list[int], *, by: User, at: datetime) -> None:
    """Make somebody its author, and of those editions; who may is asked by the caller."""
    changes: Changes = {"author_id": (post.author_id, author.id), "signed": (signed, [])}
    post.author_id = author.id
    if signed:
        for edition in session.scalars(select(Edition).where(Edition.post_id == post.id, Edition.id.in_(signed))):
            edition.author_id = author.id
    record(session, f"{post.kind}.reassign", post, by=by, at=at, changes=changes)


def _change_status(session: Session, post: Post, move: PostMove, *, by: User, at: datetime) -> None:
    match move:
        case PostMove.TRASH:
            _refuse_trashed(post)
            post.trashed_at = at
            _take_from_readers(session, post, by=by, at=at)
        case PostMove.RESTORE if post.is_trashed:
            _restore_from_trash(session, post, by=by, at=at)
        case _:
            _refuse_trashed(post)
            post.status = POST_LIFE.after(move, post.status)
            if move in (PostMove.UNPUBLISH, PostMove.ARCHIVE):
                _take_from_readers(session, post, by=by, at=at)


def check_times(at: datetime, live_from: datetime | None, live_until: datetime | None) -> None:
    """Invalid, beside its field, for a beginning that has passed, an end before it, and what no calendar has."""
    for field, moment in (("live_from", live_from), ("live_until", live_until)):
        if moment is not None and not is_within_calendar(moment):
            raise Invalid(outside_calendar(), {field: outside_calendar()})
    if live_from is not None and live_from < at:
        message = _("This time has passed. Leave it empty to publish now.")
        raise Invalid(message, {"live_from": message})
    if live_until is not None and live_until <= (live_from or at):
        message = _("The end must come after the beginning.")
        raise Invalid(message, {"live_until": message})


def _refuse_trashed(post: Post) -> None:
    if post.is_trashed:
        raise Conflict(_("“%(post)s” is in the trash. Restore it first.", post=post))


def _take_from_readers(session: Session, post: Post, *, by: User, at: datetime) -> None:
    """A date ahead goes with what was scheduled: the post never went live."""
    editions.end_live(session, post, by=by, at=at)
    if post.published_at is not None and post.published_at > at:
        post.published_at = None


def _restore_from_trash(session: Session, post: Post, *, by: User, at: datetime) -> None:
    """Back to where it was: what was live is live again, what was scheduled is scheduled, if its time is not over.

    Without the right to publish it comes back as a draft, and so does what readers never saw and never will.
    """
    post.trashed_at = None
    if post.status is not PUBLISHED:
        return
    if PostPolicy(by).may_move(PostMove.PUBLISH, post):
        shown = editions.reopen(session, post, _open_when_trashed(session, post), by=by, at=at)
        if shown and post.published_at is None:
            post.published_at = shown[0].live_from
    else:
        post.status = DRAFT
    if post.published_at is None:
        post.status = DRAFT


def _open_when_trashed(session: Session, post: Post) -> list[dict[str, Any]]:
    changes = session.scalar(
        select(Event.changes)
        .where(Event.subject_type == "posts", Event.subject_id == post.id, Event.verb == f"{post.kind}.trash")
        .order_by(Event.id.desc())
        .limit(1)
    )
    return list(changes["editions"][0]) if changes and "editions" in changes else []


def facts(session: Session, post: Post, at: datetime) -> dict[str, Any]:
    """All that a move may change."""
    return {
        "status": post.status,
        "trashed_at": post.trashed_at,
        "published_at": post.published_at,
        "editions": editions.state(session, post, at),
    }


def record_move(
    session: Session,
    post: Post,
    move: PostMove,
    before: dict[str, Any],
    *,
    by: User,
    at: datetime,
    note: str = "",
    batch_id: int | None = None,
    parts: Sequence[Event] = (),
) -> None:
    """The event of a move that was carried out, from the facts before it."""
    post.updated_at = at
    after = facts(session, post, at)
    changes: Changes = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
    if note:
        changes["note"] = (None, note)
    record(session, f"{post.kind}.{move}", post, by=by, at=at, changes=changes, batch_id=batch_id, parts=parts)
