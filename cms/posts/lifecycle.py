"""The life of a post. Read the table and you know the whole machine.

Two things are not statuses, but facts beside one: a post is *scheduled* while an edition of it lies ahead, and
*trashed* while `trashed_at` is set, so that restoring returns to where it was.
"""

from enum import StrEnum

from cms.core.i18n import N_
from cms.core.lifecycle import Lifecycle


class PostStatus(StrEnum):
    """Where the work on a post stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class PostMove(StrEnum):
    """What can be done to a status; the value is the last part of the address that does it."""

    SUBMIT = "submit"
    SEND_BACK = "send_back"
    PUBLISH = "publish"
    UNPUBLISH = "unpublish"
    ARCHIVE = "archive"
    RESTORE = "restore"
    TRASH = "trash"


DRAFT, IN_REVIEW, PUBLISHED, ARCHIVED = PostStatus

STATUS_LABELS = {
    DRAFT: N_("Draft"),
    IN_REVIEW: N_("In review"),
    PUBLISHED: N_("Published"),
    ARCHIVED: N_("Archived"),
}

MOVE_LABELS = {
    PostMove.SUBMIT: N_("Submit for review"),
    PostMove.SEND_BACK: N_("Send back"),
    PostMove.PUBLISH: N_("Publish"),
    PostMove.UNPUBLISH: N_("Unpublish"),
    PostMove.ARCHIVE: N_("Archive"),
    PostMove.RESTORE: N_("Restore"),
    PostMove.TRASH: N_("Move to trash"),
}

POST_LIFE: Lifecycle[PostStatus, PostMove] = Lifecycle(
    {  # move: (where it may start, where it ends)
        PostMove.SUBMIT: ({DRAFT}, IN_REVIEW),
        PostMove.SEND_BACK: ({IN_REVIEW}, DRAFT),
        PostMove.PUBLISH: ({DRAFT, IN_REVIEW, PUBLISHED}, PUBLISHED),
        PostMove.UNPUBLISH: ({PUBLISHED}, DRAFT),
        PostMove.ARCHIVE: ({DRAFT, IN_REVIEW, PUBLISHED}, ARCHIVED),
        PostMove.RESTORE: ({ARCHIVED}, DRAFT),
    },
    MOVE_LABELS,
    STATUS_LABELS,
)
