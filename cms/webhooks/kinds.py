"""What programs can be told of: the one list of kinds, each derived from the verbs of the record."""

from collections.abc import Sequence
from enum import StrEnum

from cms.comments.lifecycle import CommentStatus
from cms.core.i18n import N_, _
from cms.posts.models import PostKind
from cms.posts.showing import Showing


class HookKind(StrEnum):
    """A noun and what became of it, as receivers read it in `type`."""

    POST_PUBLISHED = "post.published"
    POST_UPDATED = "post.updated"
    POST_UNPUBLISHED = "post.unpublished"
    PAGE_PUBLISHED = "page.published"
    PAGE_UPDATED = "page.updated"
    PAGE_UNPUBLISHED = "page.unpublished"
    COMMENT_CREATED = "comment.created"
    COMMENT_APPROVED = "comment.approved"
    COMMENT_REMOVED = "comment.removed"


#: What the test button sends, chosen or not.
PING = "ping"

LABELS = {
    HookKind.POST_PUBLISHED: N_("A post is published"),
    HookKind.POST_UPDATED: N_("A published post changes for readers"),
    HookKind.POST_UNPUBLISHED: N_("A post is taken back, or its time is over"),
    HookKind.PAGE_PUBLISHED: N_("A page is published"),
    HookKind.PAGE_UPDATED: N_("A published page changes for readers"),
    HookKind.PAGE_UNPUBLISHED: N_("A page is taken back, or its time is over"),
    HookKind.COMMENT_CREATED: N_("A comment arrives"),
    HookKind.COMMENT_APPROVED: N_("A comment is approved"),
    HookKind.COMMENT_REMOVED: N_("An approved comment is taken away"),
}


def said(kind: str) -> str:
    """A kind in words, also that of a test; one that there is no more, as it was written."""
    return _(LABELS[HookKind(kind)]) if kind in tuple(HookKind) else _("A test") if kind == PING else kind


def all_said(chosen: Sequence[str]) -> str:
    """Several in words."""
    return _("Everything") if set(HookKind) <= set(chosen) else "; ".join(map(said, chosen))


def of_text(kind: PostKind, what: Showing) -> HookKind:
    return HookKind(f"{kind}.{what}")


def of_comment(verb: str, before: str | None, after: str | None) -> HookKind | None:
    """By the verb and the statuses of the record; what readers notice nothing of is told to nobody."""
    if verb == "comment.create":
        return HookKind.COMMENT_CREATED
    if before == after or CommentStatus.APPROVED not in (before, after):
        return None
    return HookKind.COMMENT_APPROVED if after == CommentStatus.APPROVED else HookKind.COMMENT_REMOVED
