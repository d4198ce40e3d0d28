"""The life of a comment, and where one begins."""

from collections.abc import Iterable
from enum import StrEnum

from cms.comments.reasons import SURELY_SPAM
from cms.core.i18n import N_
from cms.core.lifecycle import Lifecycle


class CommentStatus(StrEnum):
    """Only approved comments are public."""

    PENDING = "pending"
    APPROVED = "approved"
    SPAM = "spam"
    TRASHED = "trashed"


class CommentMove(StrEnum):
    """What a moderator does; each can be taken back."""

    APPROVE = "approve"
    SPAM = "spam"
    TRASH = "trash"
    RESTORE = "restore"
    HOLD = "hold"


PENDING, APPROVED, SPAM, TRASHED = CommentStatus

STATUS_LABELS = {
    PENDING: N_("Pending"),
    APPROVED: N_("Approved"),
    SPAM: N_("Spam"),
    TRASHED: N_("Trashed"),
}

MOVE_LABELS = {
    CommentMove.APPROVE: N_("Approve"),
    CommentMove.SPAM: N_("Mark as spam"),
    CommentMove.TRASH: N_("Move to trash"),
    CommentMove.RESTORE: N_("Restore"),
    CommentMove.HOLD: N_("Hold again"),
}

COMMENT_LIFE: Lifecycle[CommentStatus, CommentMove] = Lifecycle(
    {
        CommentMove.APPROVE: ({PENDING, SPAM, TRASHED}, APPROVED),
        CommentMove.SPAM: ({PENDING, APPROVED, TRASHED}, SPAM),
        CommentMove.TRASH: ({PENDING, APPROVED, SPAM}, TRASHED),
        CommentMove.RESTORE: ({SPAM, TRASHED}, PENDING),
        CommentMove.HOLD: ({APPROVED}, PENDING),
    },
    MOVE_LABELS,
    STATUS_LABELS,
)


def status_on_arrival(reasons: Iterable[str]) -> CommentStatus:
    """Where a comment begins: with no reason to hold it it is public at once."""
    found = set(reasons)
    if found & SURELY_SPAM:
        return SPAM
    return PENDING if found else APPROVED
