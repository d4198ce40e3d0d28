"""Who may do what with comments. “Own” means comments on one's own posts; tags are those of the post."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select

from cms.accounts.models import User
from cms.accounts.policy import PlainPolicy, Policy, UserPolicy
from cms.comments.models import Ban, Comment
from cms.core.decision import Decision
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.posts.lifecycle import PUBLISHED
from cms.posts.models import Post, post_tags
from cms.posts.policy import PostPolicy


class CommentPolicy(Policy):
    """Ask with a comment, its post and the post's tags loaded, or without one for "any at all?"."""

    def owns(self, subject: Comment) -> bool:
        return self.user is not None and subject.post.author_id == self.user.id

    def owned(self) -> ColumnElement[bool]:
        if self.user is None:
            return false()
        return Comment.post_id.in_(select(Post.id).where(Post.author_id == self.user.id))

    def tag_ids(self, subject: Comment) -> frozenset[int]:
        return frozenset(tag.id for tag in subject.post.tags)

    def tagged(self, tag_ids: Iterable[int]) -> ColumnElement[bool]:
        return Comment.post_id.in_(select(post_tags.c.post_id).where(post_tags.c.tag_id.in_(list(tag_ids))))

    def may(self, permission: Permission, subject: Any = None) -> Decision:
        decision = super().may(permission, subject)
        if decision and isinstance(subject, Comment) and not self._may_know(subject.post):
            return Decision.no(lambda: _("This comment is on a post that you may not see."))
        return decision

    def where(self, *permissions: Permission) -> ColumnElement[bool]:
        reach = super().where(*permissions)
        if self._sees_every_post():
            return reach
        known = or_(
            and_(Post.status == PUBLISHED, Post.trashed_at.is_(None)),
            PostPolicy(self.user).viewable(),
        )
        return and_(reach, Comment.post_id.in_(select(Post.id).where(known)))

    def may_see(self, comment: Comment) -> Decision:
        """Whether the comment may be read in the back office, with what readers are not shown of its author."""
        return self.may(Permission.COMMENT_MODERATE, comment)

    def visible(self) -> ColumnElement[bool]:
        """`may_see` as a WHERE clause."""
        return self.where(Permission.COMMENT_MODERATE)

    def _may_know(self, post: Post) -> bool:
        """What readers see anybody may know of; nothing else may leak to somebody who only moderates."""
        return (post.status is PUBLISHED and not post.is_trashed) or bool(PostPolicy(self.user).may_view(post))

    def _sees_every_post(self) -> bool:
        """Spares the usual moderator a condition that the database would ask of every post."""
        return self.may_without_limit(Permission.POST_VIEW)


class BanPolicy(PlainPolicy):
    """Ask for `comment.ban`, with a ban or without; nobody touches one on themselves."""

    def may(self, permission: Permission, subject: Any = None) -> Decision:
        decision = super().may(permission, subject)
        if decision and isinstance(subject, Ban) and self._is_on_them(subject):
            return Decision.no(lambda: _("This ban is on you. Ask a colleague about it."))
        return decision

    def may_ban(self, person: User) -> Decision:
        """Nobody bans whoever manages people, or may do what they themselves may not: as with accounts."""
        decision = self.may(Permission.COMMENT_BAN)
        if not decision:
            return decision
        if self.user is not None and person.id == self.user.id:
            return Decision.no(lambda: _("Nobody bans themselves."))
        if UserPolicy(person).may(Permission.USER_MANAGE):
            return Decision.no(lambda: _("%(person)s manages people and cannot be banned.", person=person.name))
        outranked = UserPolicy(self.user).outranked_by(person)
        return decision if outranked is None else outranked

    def _is_on_them(self, ban: Ban) -> bool:
        return self.user is not None and (ban.user_id == self.user.id or ban.email == self.user.email)
