"""From what was recorded to what programs are told: ids, addresses and versions, and titles of what readers see.

Nothing else of a text, and of comments neither words nor names: whoever may know asks the site.
"""

from typing import Any

from sqlalchemy.orm import Session

from cms.audit.models import Event
from cms.comments.lifecycle import CommentStatus
from cms.comments.models import Comment
from cms.posts import showing
from cms.posts.showing import Showing, Turn
from cms.webhooks import kinds
from cms.webhooks.deliveries import tell
from cms.webhooks.queries import listening


def tell_of_turn(session: Session, turn: Turn, base_url: str, *, brought_by: str) -> None:
    """A text that readers see, see anew or see no more."""
    kind = kinds.of_text(turn.kind, turn.what)
    occasion = f"{turn.kind}:{turn.post_id}:{turn.what}:{brought_by}"
    tell(session, kind, data_of_text(turn, base_url), occasion=occasion, at=turn.at)


def tell_of_comment(session: Session, event: Event, base_url: str) -> None:
    """A comment that came, appeared or went, as far as readers or moderators notice."""
    before, after = event.changes.get("status", (None, None))
    kind = kinds.of_comment(event.verb, before, after)
    if kind is None or not listening(session, kind):
        return
    comment = session.get_one(Comment, event.subject_id)
    session.flush()
    occasion = f"comment:{comment.id}:{kind}:event-{event.id}"
    tell(session, kind, data_of_comment(session, comment, event, base_url), occasion=occasion, at=event.at)


def data_of_text(turn: Turn, base_url: str) -> dict[str, Any]:
    """A title is told while readers see it, and no longer."""
    data: dict[str, Any] = {"id": turn.post_id, "version": turn.version}
    if turn.edition is None:
        return data | {"url": None}
    data["url"] = base_url + turn.edition.path
    if turn.what is Showing.UNPUBLISHED:
        return data
    moments = {name: getattr(turn.edition, name).isoformat() for name in ("published_at", "updated_at")}
    return data | {"title": turn.edition.title, "language": turn.edition.language} | moments


def data_of_comment(session: Session, comment: Comment, event: Event, base_url: str) -> dict[str, Any]:
    """The address is that of the comment while readers see it, else none."""
    edition = showing.edition_now(session, comment.post_id, event.at)
    is_seen = comment.status is CommentStatus.APPROVED
    return {
        "id": comment.id,
        "post_id": comment.post_id,
        "parent_id": comment.parent_id,
        "status": comment.status.value,
        "url": f"{base_url}{edition.path}#comment-{comment.id}" if edition is not None and is_seen else None,
    }
