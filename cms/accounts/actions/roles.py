"""Roles: what each may do, and what a change would mean for the people who hold it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from cms.accounts.models import Role, RoleGrant, RoleGrantTag, User, user_roles
from cms.accounts.policy import RolePolicy, UserPolicy
from cms.audit.actions import Changes, record
from cms.audit.models import Event
from cms.core.decision import covers, require
from cms.core.errors import Conflict, Invalid, NotAllowed
from cms.core.i18n import _, ngettext
from cms.core.permissions import ABOUT, Permission, Scope
from cms.core.text import clean_line, clean_text, slugify

MANAGE = Permission.ROLE_MANAGE
LABEL_LENGTH, DESCRIPTION_LENGTH = 80, 400
#: What a role is beside its grants; the record of its end keeps them.
COLUMNS = ("name", "label", "description", "second_factor_required", "created_at")


@dataclass(frozen=True)
class Grant:
    """One cell of the matrix: a permission, how far it reaches, and the tags it is limited to."""

    permission: Permission
    scope: Scope
    tag_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class RoleDraft:
    """A role as somebody wants it."""

    label: str
    description: str
    second_factor_required: bool
    grants: tuple[Grant, ...]


@dataclass(frozen=True)
class PersonChange:
    """What one person would be able to do, and no longer do."""

    person: User
    gains: tuple[Grant, ...]
    loses: tuple[Grant, ...]


def create_role(session: Session, draft: RoleDraft, *, by: User, at: datetime) -> Role:
    """A new role with a name of its own; its grants are no wider than its maker's."""
    policy = RolePolicy(by)
    require(policy.may(MANAGE))
    draft = checked_draft(session, draft, None)
    refuse_lacking(policy, draft.grants)
    role = Role(name=_free_name(session, draft.label), created_at=at, updated_at=at, grants=[])
    session.add(role)
    changes = apply_draft(role, draft)
    session.flush()
    record(session, "role.create", role, by=by, at=at, changes=changes)
    return role


def update_role(session: Session, role: Role, draft: RoleDraft, *, base_version: int, by: User, at: datetime) -> None:
    """Replace what a role may do; acts on the next request of everybody who holds it."""
    policy = RolePolicy(by)
    require(policy.may(MANAGE, role))
    if role.version != base_version:
        raise Conflict(_("Somebody else changed this role in the meantime. Look at it again."))
    draft = checked_draft(session, draft, role)
    refuse_lacking(policy, draft.grants)
    changes = apply_draft(role, draft)
    if changes:
        role.updated_at = at
        record(session, "role.edit", role, by=by, at=at, changes=changes)


def delete_role(
    session: Session,
    role: Role,
    *,
    instead: Role | None,
    by: User,
    at: datetime,
    batch_id: int | None = None,
    parts: Sequence[Event] = (),
) -> int:
    """Delete a role and its grants with it; people who hold it get another, or it stays. Returns how many moved."""
    require(RolePolicy(by).may(MANAGE, role))
    if role.builtin:
        raise Conflict(_("Built-in roles stay. Take rights away from it instead."))
    holders = holders_of(session, role)
    if holders and instead is None:
        message = ngettext(
            "Somebody holds this role. Say which role they get instead.",
            "%(num)s people hold this role. Say which role they get instead.",
            len(holders),
        )
        raise Invalid(message, {"instead": message})
    moved = _move(session, holders, role, instead, by=by, at=at) if holders and instead is not None else []
    gone: Changes = {field: (getattr(role, field), None) for field in COLUMNS}
    changes = gone | {"grants": (spelled(grants_of(role)), [])}
    record(session, "role.delete", role, by=by, at=at, changes=changes, batch_id=batch_id, parts=[*parts, *moved])
    session.delete(role)
    session.flush()
    return len(holders)


def what_changes(session: Session, role: Role, grants: Collection[Grant]) -> list[PersonChange]:
    """Who would gain and lose what, their other roles considered; people for whom nothing changes are left out."""
    changes = []
    for person in holders_of(session, role):
        others = [grant for other in person.roles if other is not role for grant in grants_of(other)]
        if any(other.is_owner for other in person.roles):
            continue
        before, after = [*others, *grants_of(role)], [*others, *grants]
        gains, loses = _not_covered(after, before), _not_covered(before, after)
        if gains or loses:
            changes.append(PersonChange(person, gains, loses))
    return changes


def holders_of(session: Session, role: Role) -> list[User]:
    """Everybody with this role, by name."""
    return list(session.scalars(select(User).where(holds(role)).order_by(User.name, User.id)))


def holds(role: Role) -> ColumnElement[bool]:
    """“Has this role”, as a WHERE clause over users."""
    return User.id.in_(select(user_roles.c.user_id).where(user_roles.c.role_id == role.id))


def grants_of(role: Role) -> tuple[Grant, ...]:
    return tuple(Grant(grant.permission, grant.scope, grant.tag_ids) for grant in role.grants)


def _not_covered(wanted: Iterable[Grant], held: Collection[Grant]) -> tuple[Grant, ...]:
    return tuple(dict.fromkeys(grant for grant in wanted if not any(covers(other, grant) for other in held)))


def checked_draft(session: Session, draft: RoleDraft, role: Role | None) -> RoleDraft:
    """Clean words, and no scope or tag where the permission knows none."""
    label, description = clean_line(draft.label), clean_text(draft.description).strip()
    errors = {}
    if not 0 < len(label) <= LABEL_LENGTH:
        errors["label"] = _("A role needs a name of at most %(most)s characters.", most=LABEL_LENGTH)
    elif session.scalar(
        select(Role.id).where(func.lower(Role.label) == label.lower(), Role.id != (role.id if role else 0))
    ):
        errors["label"] = _("There is a role of this name.")
    if len(description) > DESCRIPTION_LENGTH:
        errors["description"] = _("At most %(most)s characters, please.", most=DESCRIPTION_LENGTH)
    if len({grant.permission for grant in draft.grants}) != len(draft.grants):
        errors["grants"] = _("A right is given once, with one reach.")
    if any(not _makes_sense(grant) for grant in draft.grants):
        errors["grants"] = _("This right cannot be limited that way.")
    if errors:
        raise Invalid(next(iter(errors.values())), errors)
    return RoleDraft(label, description, draft.second_factor_required, draft.grants)


def _makes_sense(grant: Grant) -> bool:
    about = ABOUT[grant.permission]
    return (grant.scope is Scope.ANY or about.scoped) and (not grant.tag_ids or about.tag_limited)


def refuse_lacking(policy: RolePolicy, grants: Iterable[Grant]) -> None:
    lacking = policy.lacks(grants)
    if lacking:
        right = _(ABOUT[lacking[0].permission].label)
        raise NotAllowed(_("You cannot grant “%(right)s” that widely: you do not have it yourself.", right=right))


def apply_draft(role: Role, draft: RoleDraft) -> dict[str, tuple[object, object]]:
    """Set what differs; grants that stay keep their rows."""
    before = {
        "label": role.label,
        "description": role.description,
        "second_factor_required": role.second_factor_required,
        "grants": spelled(grants_of(role)),
    }
    role.label, role.description = draft.label, draft.description
    role.second_factor_required = draft.second_factor_required
    _set_grants(role, draft.grants)
    after = {
        "label": draft.label,
        "description": draft.description,
        "second_factor_required": draft.second_factor_required,
        "grants": spelled(draft.grants),
    }
    return {field: (before[field], after[field]) for field in after if before[field] != after[field]}


def _set_grants(role: Role, grants: Iterable[Grant]) -> None:
    """In place, row by row: a permission and scope are unique, and inserts come before deletes."""
    wanted = {grant.permission: grant for grant in grants}
    for row in list(role.grants):
        grant = wanted.pop(row.permission, None)
        if grant is None:
            role.grants.remove(row)
        else:
            row.scope = grant.scope
            _set_tags(row, grant.tag_ids)
    for grant in sorted(wanted.values(), key=lambda grant: grant.permission):
        row = RoleGrant(permission=grant.permission, scope=grant.scope, tag_rows=[])
        _set_tags(row, grant.tag_ids)
        role.grants.append(row)


def _set_tags(row: RoleGrant, tag_ids: frozenset[int]) -> None:
    for tag_row in [tag_row for tag_row in row.tag_rows if tag_row.tag_id not in tag_ids]:
        row.tag_rows.remove(tag_row)
    row.tag_rows.extend(RoleGrantTag(tag_id=tag_id) for tag_id in sorted(tag_ids - row.tag_ids))


def spelled(grants: Iterable[Grant]) -> list[str]:
    """As the record and exports keep them: `post.publish own #3 #7`."""
    return sorted(" ".join((g.permission, g.scope, *(f"#{tag}" for tag in sorted(g.tag_ids)))) for g in grants)


def unspelled(words: str) -> Grant | None:
    """Back from how the record keeps it; None for what this version does not know."""
    try:
        right, scope, *tags = words.split()
        return Grant(Permission(right), Scope(scope), frozenset(int(tag[1:]) for tag in tags))
    except ValueError:
        return None


def _free_name(session: Session, label: str) -> str:
    """A name for ever, from the first label; a number behind it where it is taken."""
    wanted = slugify(label, fallback="role")[:50]
    taken = set(session.scalars(select(Role.name).where(Role.name.startswith(wanted))))
    return next(name for n in range(1, 10_000) if (name := wanted if n == 1 else f"{wanted}-{n}") not in taken)


def _move(session: Session, holders: list[User], role: Role, instead: Role, *, by: User, at: datetime) -> list[Event]:
    if instead is role:
        message = _("Choose another role than the one that goes.")
        raise Invalid(message, {"instead": message})
    require(UserPolicy(by).may_give(instead))
    moved = []
    for person in holders:
        require(UserPolicy(by).may(Permission.USER_MANAGE, person))
        before = sorted(held.name for held in person.roles)
        person.roles = [held for held in person.roles if held is not role and held is not instead] + [instead]
        person.updated_at = at
        after = sorted(held.name for held in person.roles)
        moved.append(record(session, "user.set_roles", person, by=by, at=at, changes={"roles": (before, after)}))
    return moved
