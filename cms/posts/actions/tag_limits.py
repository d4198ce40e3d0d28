"""Rights that are limited to a tag, when that tag is merged: nobody gains by it what they could not give by hand."""

from collections.abc import Callable, Container, Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cms.accounts.actions.roles import MANAGE, Grant, RoleDraft, grants_of, refuse_lacking, update_role
from cms.accounts.models import Role, User
from cms.accounts.policy import RolePolicy
from cms.core.errors import NotAllowed
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.posts.models import Post, post_tags
from cms.posts.policy import PostPolicy
from cms.taxonomy.models import Tag


def carry_limits(session: Session, roles: Iterable[Role], tag: Tag, into: Tag, *, by: User, at: datetime) -> None:
    """An edit of each role that is limited to the tag, like any other: recorded there, and with a right of its own."""
    for role in (role for role in roles if any(tag.id in grant.tag_ids for grant in role.grants)):
        require_limits_may_move([role], tag, into, by=by)
        draft = RoleDraft(role.label, role.description, role.second_factor_required, _grants_with(role, tag, into))
        update_role(session, role, draft, base_version=role.version, by=by, at=at)


def require_limits_may_move(roles: Iterable[Role], tag: Tag, into: Tag, *, by: User) -> None:
    """NotAllowed where a role is limited to the tag, and this person may not limit it to the other one instead."""
    policy = RolePolicy(by)
    for role in roles:
        if not policy.may(MANAGE, role):
            raise NotAllowed(
                _(
                    "The role “%(role)s” is limited to “%(tag)s”; it would be limited to “%(into)s” instead, "
                    "and changing this role is not yours.",
                    role=_(role.label),
                    tag=tag,
                    into=into,
                )
            )
        refuse_lacking(policy, _grants_with(role, tag, into))


def require_no_reach_gained(
    roles: Iterable[Role], tag: Tag, into: Tag, *, closed: Callable[[], Container[int]]
) -> None:
    """NotAllowed where a role that is limited to the tag that stays would reach posts of a closed one.

    `closed` is asked only where there is such a role.
    """
    limits = ((role, grant.tag_ids) for role in roles for grant in role.grants)
    widened = next((role for role, ids in limits if into.id in ids and tag.id not in ids), None)
    if widened is not None and tag.id in closed():
        raise NotAllowed(
            _(
                "The role “%(role)s” is limited to “%(into)s”; it would reach posts with “%(tag)s” "
                "that are not yours to edit.",
                role=_(widened.label),
                tag=tag,
                into=into,
            )
        )


def closed_tags(into: Tag, *, by: User) -> Select[int]:
    """Tags of posts that do not have this one and that this person may not edit, so could not give it to by hand."""
    theirs = PostPolicy(by).where(Permission.POST_EDIT)
    has_it = select(post_tags.c.post_id).where(post_tags.c.tag_id == into.id)
    every = select(post_tags.c.tag_id).join(Post, Post.id == post_tags.c.post_id)
    return every.where(~theirs, Post.id.not_in(has_it)).distinct()


def _grants_with(role: Role, tag: Tag, into: Tag) -> tuple[Grant, ...]:
    return tuple(
        replace(grant, tag_ids=frozenset(into.id if one == tag.id else one for one in grant.tag_ids))
        for grant in grants_of(role)
    )
