"""The roles that every installation begins with; all but the owner's can be changed afterwards."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import OWNER, Role, RoleGrant
from cms.core.i18n import N_
from cms.core.permissions import Permission, Scope

P, ANY, OWN = Permission, Scope.ANY, Scope.OWN


@dataclass(frozen=True)
class BuiltinRole:
    """A role as it is first made."""

    name: str
    label: str
    description: str
    grants: tuple[tuple[Permission, Scope], ...]


BUILTIN_ROLES = (
    BuiltinRole(
        OWNER,
        N_("Owner"),
        N_("Everything, including rights that later versions bring."),
        (),  # implied: see accounts.policy
    ),
    BuiltinRole(
        "editor",
        N_("Editor"),
        N_("All content: writes, reviews, publishes, moderates."),
        tuple(
            (permission, ANY)
            for permission in (
                P.POST_VIEW,
                P.POST_CREATE,
                P.POST_EDIT,
                P.POST_SUBMIT,
                P.POST_REVIEW,
                P.POST_PUBLISH,
                P.POST_DELETE,
                P.POST_SEO,
                P.PAGE_MANAGE,
                P.TAG_MANAGE,
                P.MEDIA_UPLOAD,
                P.MEDIA_MANAGE,
                P.REDIRECT_MANAGE,
                P.COMMENT_MODERATE,
                P.COMMENT_BAN,
                P.USER_VIEW,
                P.IMPORT_RUN,
                P.EXPORT_RUN,
            )
        ),
    ),
    BuiltinRole(
        "author",
        N_("Author"),
        N_("Writes and publishes own posts."),
        (
            (P.POST_CREATE, ANY),
            *((p, OWN) for p in (P.POST_VIEW, P.POST_EDIT, P.POST_SUBMIT, P.POST_PUBLISH, P.POST_DELETE, P.POST_SEO)),
            (P.MEDIA_UPLOAD, ANY),
            (P.MEDIA_MANAGE, OWN),
        ),
    ),
    BuiltinRole(
        "contributor",
        N_("Contributor"),
        N_("Writes own drafts and hands them in; somebody else publishes."),
        (
            (P.POST_CREATE, ANY),
            *((p, OWN) for p in (P.POST_VIEW, P.POST_EDIT, P.POST_SUBMIT, P.POST_DELETE)),
            (P.MEDIA_UPLOAD, ANY),
            (P.MEDIA_MANAGE, OWN),
        ),
    ),
    BuiltinRole(
        "moderator",
        N_("Moderator"),
        N_("Keeps the conversation: comments and bans. Sees posts without changing them."),
        ((P.COMMENT_MODERATE, ANY), (P.COMMENT_BAN, ANY), (P.POST_VIEW, ANY)),
    ),
)


def ensure_builtin_roles(session: Session, *, at: datetime) -> dict[str, Role]:
    """Make the built-in roles that are missing and leave the others as they are; returns them by name."""
    roles = {role.name: role for role in session.scalars(select(Role).where(Role.builtin))}
    for builtin in BUILTIN_ROLES:
        if builtin.name not in roles:
            roles[builtin.name] = Role(
                name=builtin.name,
                label=builtin.label,
                description=builtin.description,
                builtin=True,
                grants=[RoleGrant(permission=permission, scope=scope) for permission, scope in builtin.grants],
                created_at=at,
                updated_at=at,
            )
            session.add(roles[builtin.name])
    session.flush()
    return roles
