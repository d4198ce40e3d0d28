"""Who may do what with a post or a page. Pages know one right for everything; posts know one for each act."""

from collections.abc import Iterable
from typing import Any, assert_never

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from cms.accounts.policy import Policy
from cms.core.decision import Decision
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.posts.lifecycle import PUBLISHED, PostMove
from cms.posts.models import Post, PostKind, post_tags

P = Permission

#: Whoever holds one of these sees the post as well.
SEEING = (P.POST_VIEW, P.POST_EDIT, P.POST_REVIEW, P.POST_PUBLISH)


class PostPolicy(Policy):
    """Ask with a post, or without one for "any at all?"."""

    def owns(self, subject: Post) -> bool:
        return self.user is not None and subject.author_id == self.user.id

    def owned(self) -> ColumnElement[bool]:
        return false() if self.user is None else Post.author_id == self.user.id

    def tag_ids(self, subject: Post) -> frozenset[int]:
        return frozenset(tag.id for tag in subject.tags)

    def tagged(self, tag_ids: Iterable[int]) -> ColumnElement[bool]:
        return Post.id.in_(select(post_tags.c.post_id).where(post_tags.c.tag_id.in_(list(tag_ids))))

    def may(self, permission: Permission, subject: Any = None) -> Decision:
        if isinstance(subject, Post) and subject.kind is PostKind.PAGE and permission is not P.PAGE_MANAGE:
            if permission is P.POST_VIEW:
                return self._may_see_page(subject)
            permission = P.PAGE_MANAGE
        return super().may(permission, subject)

    def where(self, *permissions: Permission) -> ColumnElement[bool]:
        return or_(*(and_(Post.kind == kind, self._where_kind(kind, permissions)) for kind in PostKind))

    def may_view(self, post: Post) -> Decision:
        """Whether the working text may be read; a refusal is answered as if the post did not exist."""
        decisions = [self.may(permission, post) for permission in SEEING]
        return next((decision for decision in decisions if decision), decisions[0])

    def viewable(self, kind: PostKind | None = None) -> ColumnElement[bool]:
        """`may_view` as a WHERE clause; for one kind, the other's rights are no part of it."""
        if kind is not None:
            return and_(Post.kind == kind, self._where_kind(kind, SEEING))
        return true() if self._sees_everything() else self.where(*SEEING)

    def may_move(self, move: PostMove, post: Post) -> Decision:
        """Whether the rights allow a move; whether the status does is the lifecycle's question."""
        match move:
            case PostMove.SUBMIT:
                return self.may(P.POST_SUBMIT, post)
            case PostMove.SEND_BACK:
                return Decision.yes() if self.is_taking_back(post) else self.may(P.POST_REVIEW, post)
            case PostMove.PUBLISH | PostMove.UNPUBLISH:
                return self.may(P.POST_PUBLISH, post)
            case PostMove.ARCHIVE:
                return self.may(P.POST_PUBLISH if post.status is PUBLISHED else P.POST_EDIT, post)
            case PostMove.RESTORE:
                return self.may(P.POST_DELETE if post.is_trashed else P.POST_EDIT, post)
            case PostMove.TRASH:
                return self._may_trash(post)
            case _:
                assert_never(move)

    def is_taking_back(self, post: Post) -> bool:
        """Whoever handed in their own may take it back, without the right to review."""
        return self.owns(post) and not self.may(P.POST_REVIEW, post) and bool(self.may(P.POST_SUBMIT, post))

    def may_create(self, kind: PostKind) -> Decision:
        return super().may(P.PAGE_MANAGE if kind is PostKind.PAGE else P.POST_CREATE)

    def may_set_author(self, post: Post) -> Decision:
        """Giving a post to somebody else needs the right to edit everybody's."""
        if post.kind is PostKind.PAGE:
            return self.may(P.PAGE_MANAGE, post)
        if self.may_without_limit(P.POST_EDIT):
            return Decision.yes()
        return Decision.no(lambda: _("Only people who may edit all posts can change the author."))

    def _where_kind(self, kind: PostKind, permissions: tuple[Permission, ...]) -> ColumnElement[bool]:
        if kind is PostKind.POST:
            return super().where(*permissions)
        return super().where(P.PAGE_MANAGE, *({P.POST_VIEW} & set(permissions)))

    def _sees_everything(self) -> bool:
        return self.may_without_limit(P.POST_VIEW)

    def _may_trash(self, post: Post) -> Decision:
        """Trashing what readers see takes it offline, so that it needs the right to do so."""
        decision = self.may(P.POST_DELETE, post)
        return self.may(P.POST_PUBLISH, post) if decision and post.status is PUBLISHED else decision

    def _may_see_page(self, page: Post) -> Decision:
        return super().may(P.PAGE_MANAGE, page) or super().may(P.POST_VIEW, page)
