"""How acts on people and roles are taken back. What opens or closes a way to sign in never is."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from cms.accounts.actions import people, roles
from cms.accounts.actions.own import PROFILE, set_avatar
from cms.accounts.models import Role, User
from cms.accounts.policy import PlainPolicy, RolePolicy, UserPolicy
from cms.audit.actions import gathering, record
from cms.audit.inverses import Inverse, Undoing, loading
from cms.audit.models import Event
from cms.audit.undo import undo_parts
from cms.core.db import free_id
from cms.core.decision import Decision
from cms.core.errors import Conflict
from cms.core.i18n import N_, _
from cms.core.permissions import Permission

SECRET = N_("Passwords and other ways to sign in are not brought back.")
SESSION = N_("Somebody was signed in or out. There is nothing to put back.")
MAIL = N_("A link was sent by mail and cannot be called back.")
MADE = N_("An account is not taken away again: deactivate it instead.")
ERASED = N_("What was erased is gone.")

NEVER = {
    "user.create": MADE,
    "user.invite": MADE,
    "user.sign_up": MADE,
    "user.anonymise": ERASED,
    "user.send_link": MAIL,
    "user.ask_for_email": MAIL,
    "user.sign_in": SESSION,
    "user.sign_in_failed": SESSION,
    "user.sign_out": SESSION,
    "user.revoke_session": SESSION,
    "user.revoke_sessions": SESSION,
    "user.change_password": SECRET,
    "user.reset_password": SECRET,
    "user.first_password": SECRET,
    "user.second_factor_on": SECRET,
    "user.second_factor_off": SECRET,
    "user.add_passkey": SECRET,
    "user.remove_passkey": SECRET,
    "user.new_recovery_codes": SECRET,
    "user.use_recovery_code": SECRET,
}


def may_for_others(by: User) -> Decision:
    """Taking back what somebody else did needs a right of its own."""
    return PlainPolicy(by).may(Permission.AUDIT_UNDO)


load_people = loading(User)
_load_roles = loading(Role)


# people


def _may_manage(by: User, person: User, _event: Event) -> Decision:
    if person.anonymised_at is not None:
        return Decision.no(lambda: _(ERASED))
    return UserPolicy(by).may(Permission.USER_MANAGE, person)


def _may_edit(by: User, person: User, event: Event) -> Decision:
    """Everybody may take back what they changed of themselves; an address never goes back without a letter."""
    if "email" in event.changes:
        return Decision.no(lambda: _("An address is changed by entering it again, so that the old one is told."))
    if person.id == by.id and event.changes.keys() <= {*PROFILE, "avatar_id"}:
        return Decision.yes()
    return _may_manage(by, person, event)


def _edit_back(doing: Undoing) -> None:
    person = doing.subject
    doing.refuse_moved({field: getattr(person, field) for field in doing.after})
    values = dict(doing.before)
    if "avatar_id" in values:
        set_avatar(doing.session, person, values["avatar_id"], by=doing.by, at=doing.at)
    else:
        people.apply_changes(doing.session, person, values, by=doing.by, at=doing.at)


def _roles_back(doing: Undoing) -> None:
    person = doing.subject
    doing.refuse_moved({"roles": sorted(role.name for role in person.roles)})
    names = doing.before["roles"]
    had = list(doing.session.scalars(select(Role).where(Role.name.in_(names))))
    if len(had) < len(names):
        gone = ", ".join(sorted(set(names) - {role.name for role in had}))
        raise Conflict(_("There is no role of this name any more: %(roles)s.", roles=gone))
    people.set_roles(doing.session, person, had, by=doing.by, at=doing.at)


def _switch_on(doing: Undoing) -> None:
    doing.refuse_moved({"active": doing.subject.active})
    people.activate(doing.session, doing.subject, by=doing.by, at=doing.at)


def _switch_off(doing: Undoing) -> None:
    """Who waited for approval waits again."""
    person = doing.subject
    if doing.event.verb == "user.approve":
        doing.need("approval_requested_at")
    doing.refuse_moved({"active": person.active})
    person.approval_requested_at = doing.moment_before("approval_requested_at")
    people.deactivate(doing.session, person, by=doing.by, at=doing.at)


# roles


def _may_manage_role(by: User, role: Role | None, event: Event) -> Decision:
    return RolePolicy(by).may(Permission.ROLE_MANAGE, None if event.verb == "role.delete" else role)


def _now(role: Role) -> dict[str, Any]:
    columns = {field: getattr(role, field) for field in roles.COLUMNS}
    return columns | {"grants": roles.spelled(roles.grants_of(role))}


def _edit_role_back(doing: Undoing) -> None:
    role = doing.subject
    now = _now(role)
    doing.refuse_moved(now)
    draft = _draft(now | doing.before)
    roles.update_role(doing.session, role, draft, base_version=role.version, by=doing.by, at=doing.at)


def _unmake_role(doing: Undoing) -> None:
    """Those who were given it when it was brought back get what they had in the meantime."""
    doing.refuse_moved(_now(doing.subject))
    with gathering(doing.session) as parts:
        undo_parts(doing, leave=False)
    roles.delete_role(doing.session, doing.subject, instead=None, by=doing.by, at=doing.at, parts=parts)


def _bring_role_back(doing: Undoing) -> None:
    """The role, and to whom it was taken from."""
    doing.need(*roles.COLUMNS)
    before = doing.before
    draft = roles.checked_draft(doing.session, _draft(before), None)
    roles.refuse_lacking(RolePolicy(doing.by), draft.grants)
    if doing.session.scalar(select(Role.id).where(Role.name == before["name"])) is not None:
        raise Conflict(_("There is a role of this name."))
    role = Role(
        id=free_id(doing.session, Role, doing.event.subject_id),
        name=before["name"],
        created_at=doing.moment_before("created_at") or doing.at,
        updated_at=doing.at,
        grants=[],
    )
    doing.session.add(role)
    made = roles.apply_draft(role, draft)
    with gathering(doing.session) as parts:
        undo_parts(doing, leave=False)
    record(doing.session, "role.create", role, by=doing.by, at=doing.at, changes=made, parts=parts)


def _draft(values: dict[str, Any]) -> roles.RoleDraft:
    return roles.RoleDraft(
        values["label"], values["description"], values["second_factor_required"], tuple(_grants(values["grants"]))
    )


def _grants(spelled: Iterable[str]) -> Iterable[roles.Grant]:
    """Back from words; a right that this version no longer knows cannot be given."""
    for words in spelled:
        grant = roles.unspelled(words)
        if grant is None:
            raise Conflict(_("There is no right “%(right)s” any more.", right=words.partition(" ")[0]))
        yield grant


INVERSES = {
    "user.edit": Inverse(load_people, _may_edit, _edit_back),
    "user.set_roles": Inverse(load_people, _may_manage, _roles_back),
    "user.deactivate": Inverse(load_people, _may_manage, _switch_on),
    "user.activate": Inverse(load_people, _may_manage, _switch_off),
    "user.approve": Inverse(load_people, _may_manage, _switch_off),
    "role.create": Inverse(_load_roles, _may_manage_role, _unmake_role),
    "role.edit": Inverse(_load_roles, _may_manage_role, _edit_role_back),
    "role.delete": Inverse(_load_roles, _may_manage_role, _bring_role_back, brings_back=True),
}
