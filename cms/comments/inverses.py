"""How acts on comments are taken back: every move has one that leads the other way."""

from cms.accounts.models import User
from cms.audit.inverses import Inverse, Undoing, loading
from cms.audit.models import Event
from cms.comments.actions import MODERATION, set_body, set_status
from cms.comments.fields import checked
from cms.comments.lifecycle import COMMENT_LIFE, CommentMove, CommentStatus
from cms.comments.models import Comment
from cms.comments.policy import CommentPolicy
from cms.comments.queries import judged, loaded
from cms.core.decision import Decision
from cms.core.i18n import N_
from cms.core.permissions import Permission

NEVER = {
    "comment.create": N_("A visitor wrote this. Mark it as spam or move it to the trash instead."),
    "comment.delete": N_("It was removed for good when its time in the trash was over."),
}


_load = loading(Comment, lambda query, lock: query.options(*loaded()) if lock else judged(query))


def _may(by: User, comment: Comment, _event: Event) -> Decision:
    return CommentPolicy(by).may(Permission.COMMENT_MODERATE, comment)


def _move_back(doing: Undoing) -> None:
    """Who moderated it before, and when, comes back as well."""
    doing.need(*MODERATION)
    comment = doing.subject
    doing.refuse_moved({name: getattr(comment, name) for name in MODERATION})
    status = CommentStatus(doing.before["status"])
    way = next(move for move in COMMENT_LIFE.moves_from(comment.status) if COMMENT_LIFE.table[move][1] is status)
    moderated = status, doing.moment_before("moderated_at"), doing.before["moderated_by_id"]
    set_status(doing.session, comment, way, moderated, by=doing.by, at=doing.at)


def _edit_back(doing: Undoing) -> None:
    doing.need("edited_at")
    comment = doing.subject
    doing.refuse_moved({"body": comment.body, "edited_at": comment.edited_at})
    draft = checked(body=doing.before["body"], is_member=True)
    set_body(doing.session, comment, draft, doing.moment_before("edited_at"), by=doing.by, at=doing.at)


INVERSES = {
    **{f"comment.{move}": Inverse(_load, _may, _move_back) for move in CommentMove},
    "comment.edit": Inverse(_load, _may, _edit_back),
}
