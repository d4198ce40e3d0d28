"""Everything that can be done to a comment. The edges call these, then commit."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.actions import Changes, record
from cms.comments import queries, threads
from cms.comments.arrival import Arrival, reasons_to_hold, require_open
from cms.comments.fields import Draft, checked
from cms.comments.lifecycle import COMMENT_LIFE, CommentMove, CommentStatus, status_on_arrival
from cms.comments.models import Comment
from cms.comments.policy import CommentPolicy
from cms.comments.senders import MAX_AGENT
from cms.core.decision import require
from cms.core.errors import Conflict, Invalid
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.search import COMMENTS, put

#: The same words by the same author in the same place within this time were sent twice, not said twice.
TWICE = timedelta(minutes=10)
#: What a moderator's move changes: all of it comes back when the move is undone.
MODERATION = ("status", "moderated_at", "moderated_by_id")
Moderated = tuple[CommentStatus, datetime | None, int | None]


def submit(session: Session, arrival: Arrival, *, by: User | None, at: datetime) -> Comment:
    """Take what a visitor wrote; it is public at once only where nothing speaks against it.

    Sending a form twice gives one comment.
    """
    edition, draft = arrival.edition, arrival.draft
    require_open(edition, arrival.rules, by=by, at=at)
    parent = _parent(session, arrival)
    reasons = reasons_to_hold(session, arrival, by=by, at=at)
    twin = _twin(session, arrival, by, at)
    if twin is not None:
        return twin
    comment = Comment(
        post_id=edition.post_id,
        parent_id=parent.id if parent is not None else None,
        author_id=by.id if by is not None else None,
        guest_name=draft.name,
        guest_email=draft.email,
        body=draft.body,
        body_html=draft.body_html,
        status=status_on_arrival(reasons),
        held_because=[reason.value for reason in reasons],
        address_digest=arrival.sender.digest,
        agent=arrival.sender.agent[:MAX_AGENT],
        created_at=at,
    )
    session.add(comment)
    session.flush()
    put(session, COMMENTS, comment.id, comment.guest_name, comment.body)
    _record_arrival(session, comment, by=by, at=at)
    return comment


def available_moves(comment: Comment, *, to: User) -> list[CommentMove]:
    """The buttons this person sees on this comment."""
    if not CommentPolicy(to).may(Permission.COMMENT_MODERATE, comment):
        return []
    return COMMENT_LIFE.moves_from(comment.status)


def move_comment(
    session: Session, comment: Comment, move: CommentMove, *, by: User, at: datetime, batch_id: int | None = None
) -> None:
    """Approve, hold, mark as spam, trash or restore; why it was held stays with it."""
    require(CommentPolicy(by).may(Permission.COMMENT_MODERATE, comment))
    after = COMMENT_LIFE.after(move, comment.status)
    set_status(session, comment, move, (after, at, by.id), by=by, at=at, batch_id=batch_id)


def set_status(
    session: Session,
    comment: Comment,
    move: CommentMove,
    moderated: Moderated,
    *,
    by: User,
    at: datetime,
    batch_id: int | None = None,
) -> None:
    """Carry out a move whose right and start were checked: what it is now, and since when by whom."""
    before = {name: getattr(comment, name) for name in MODERATION}
    after = dict(zip(MODERATION, moderated, strict=True))
    for name, value in after.items():
        setattr(comment, name, value)
    comment.claimed_by_id = comment.claimed_until = None
    changes: Changes = {name: (before[name], after[name]) for name in MODERATION}
    record(session, f"comment.{move}", comment, by=by, at=at, changes=changes, batch_id=batch_id)


def edit(session: Session, comment: Comment, body: str, *, base: datetime | None, by: User, at: datetime) -> bool:
    """Correct what was said; Conflict where it was edited since `base`, False where nothing differs."""
    require(CommentPolicy(by).may(Permission.COMMENT_MODERATE, comment))
    if comment.edited_at != base:
        raise Conflict(_("Somebody else edited this comment in the meantime. Look at it again."))
    draft = checked(body=body, is_member=True)
    if draft.body == comment.body:
        return False
    set_body(session, comment, draft, at, by=by, at=at)
    return True


def set_body(
    session: Session, comment: Comment, draft: Draft, edited_at: datetime | None, *, by: User, at: datetime
) -> None:
    """Write what was checked; `edited_at` is None again where the first edit is undone."""
    changes: Changes = {"body": (comment.body, draft.body), "edited_at": (comment.edited_at, edited_at)}
    comment.body, comment.body_html, comment.edited_at = draft.body, draft.body_html, edited_at
    record(session, "comment.edit", comment, by=by, at=at, changes=changes)
    put(session, COMMENTS, comment.id, comment.guest_name, comment.body)


def _parent(session: Session, arrival: Arrival) -> Comment | None:
    if arrival.parent_id is None:
        return None
    parent = threads.answerable(session, arrival.edition.post_id, arrival.parent_id)
    if parent is None:
        message = _("The comment that you answer is not there any more. Send yours as a comment of its own.")
        raise Invalid(message, {"parent": message})
    return parent


def _twin(session: Session, arrival: Arrival, by: User | None, at: datetime) -> Comment | None:
    said = queries.same_words(
        session,
        author_id=by.id if by is not None else None,
        email=arrival.draft.email,
        body=arrival.draft.body,
        since=at - TWICE,
    )
    place = (arrival.edition.post_id, arrival.parent_id)
    return next((comment for comment in said if (comment.post_id, comment.parent_id) == place), None)


def _record_arrival(session: Session, comment: Comment, *, by: User | None, at: datetime) -> None:
    changes: Changes = {"status": (None, comment.status), "held_because": (None, comment.held_because)}
    personal = {"guest_name": comment.guest_name, "guest_email": comment.guest_email} if by is None else None
    record(session, "comment.create", comment, by=by, at=at, changes=changes, personal=personal)
