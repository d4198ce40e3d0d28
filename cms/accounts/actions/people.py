"""Adding people, changing them, giving them roles, switching them off and on."""

import secrets
from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts import names
from cms.accounts.actions.sessions import end_sessions
from cms.accounts.actions.tokens import Purpose, issue, withdraw
from cms.accounts.builtin import ensure_builtin_roles
from cms.accounts.models import OWNER, Role, User
from cms.accounts.passwords import check_password
from cms.accounts.policy import UserPolicy
from cms.accounts.queries import is_owner
from cms.audit.actions import Changes, record
from cms.core.decision import require
from cms.core.errors import Conflict, Faults, NotAllowed
from cms.core.i18n import _
from cms.core.permissions import Permission

MANAGE = Permission.USER_MANAGE
CLEANERS: dict[str, Callable[[str], str | None]] = {
    "display_name": names.clean_name,
    "bio": names.clean_bio,
    "timezone": names.clean_zone,
    "locale": names.clean_locale,
}


def invite(
    session: Session,
    *,
    email: str,
    username: str,
    display_name: str = "",
    roles: Collection[Role] = (),
    by: User,
    at: datetime,
) -> tuple[User, str]:
    """Add a person without a password; returns them and the secret of the link by which they choose their first."""
    policy = UserPolicy(by)
    require(policy.may(MANAGE))
    for role in roles:
        require(policy.may_give(role))
    person = new_person(session, email=email, username=username, display_name=display_name, at=at)
    person.roles = list(roles)
    record_made(session, "user.invite", person, by=by, at=at)
    return person, issue(session, Purpose.FIRST_PASSWORD, at=at, user=person)


def invite_again(session: Session, person: User, *, by: User, at: datetime) -> str:
    """A new link in place of the last: for a first password, or for a forgotten one."""
    require(UserPolicy(by).may(MANAGE, person))
    if not person.active:
        raise Conflict(_("This account is switched off. Activate it first."))
    purpose = Purpose.RESET if person.password else Purpose.FIRST_PASSWORD
    record(session, "user.send_link", person, by=by, at=at, changes={"purpose": (None, purpose)})
    return issue(session, purpose, at=at, user=person)


def create_owner(
    session: Session,
    *,
    email: str,
    username: str,
    password: str,
    hash_password: Callable[[str], str],
    display_name: str = "",
    site_title: str = "",
    at: datetime,
) -> User:
    """An owner who can sign in at once, made from outside: by the command line or the set-up page."""
    check_password(password, about=(email, username, display_name, site_title))
    owner = new_person(session, email=email, username=username, display_name=display_name, at=at)
    owner.password = hash_password(password)
    owner.confirmed_at = at
    owner.roles = [ensure_builtin_roles(session, at=at)[OWNER]]
    record_made(session, "user.create", owner, by=None, at=at)
    return owner


def update(
    session: Session, person: User, changes: dict[str, str | None], *, base_version: int, by: User, at: datetime
) -> Changes:
    """Change what is known of a person; refuses with Conflict where somebody else saved in between."""
    require(UserPolicy(by).may(MANAGE, person))
    if person is by and "email" in changes:
        raise NotAllowed(_("Change your own address on your account page, which asks for your password."))
    if person.version != base_version:
        raise Conflict(_("Somebody else changed this account in the meantime. Look at it again."))
    return apply_changes(session, person, changes, by=by, at=at)


def apply_changes(session: Session, person: User, changes: dict[str, str | None], *, by: User, at: datetime) -> Changes:
    """Clean and set the fields given, or raise Invalid with all that is wrong; who may is decided by the caller."""
    clean: dict[str, str | None] = {}
    faults = Faults()
    for field, value in changes.items():
        with faults.of(field):
            clean[field] = _cleaned(session, person, field, value)
    faults.refuse()
    made = {f: (getattr(person, f), value) for f, value in clean.items() if getattr(person, f) != value}
    if not made:
        return {}
    for field, value in clean.items():
        setattr(person, field, value)
    person.updated_at = at
    record(session, "user.edit", person, by=by, at=at, changes=made)
    if "email" in made:
        withdraw(session, person)
    return made


def set_roles(session: Session, person: User, roles: Collection[Role], *, by: User, at: datetime) -> None:
    """Give and take roles; not one's own, none with rights that one lacks, and never the last owner's."""
    _look_again(session, person, by)
    policy = UserPolicy(by)
    require(policy.may(MANAGE, person))
    given, taken = set(roles) - set(person.roles), set(person.roles) - set(roles)
    if not given and not taken:
        return
    if person is by:
        raise NotAllowed(_("Nobody changes their own roles. Ask a colleague who manages people."))
    for role in sorted(given | taken, key=lambda role: role.name):
        require(policy.may_give(role))
    if any(role.is_owner for role in taken):
        _refuse_last_owner(session, person)
    before = sorted(role.name for role in person.roles)
    person.roles = sorted(roles, key=lambda role: role.id)
    person.updated_at = at
    after = sorted(role.name for role in roles)
    record(session, "user.set_roles", person, by=by, at=at, changes={"roles": (before, after)})


def deactivate(session: Session, person: User, *, by: User, at: datetime, batch_id: int | None = None) -> None:
    """Switch an account off: all its sessions end at once, its links are dead, its work stays."""
    _look_again(session, person, by)
    require(UserPolicy(by).may(MANAGE, person))
    if person is by:
        raise Conflict(_("Nobody switches off their own account. Ask a colleague who manages people."))
    if not person.active:
        return
    _refuse_last_owner(session, person)
    person.active = False
    person.updated_at = at
    end_sessions(session, person, at=at)
    withdraw(session, person)
    changes: Changes = {"active": (True, False)}
    record(session, "user.deactivate", person, by=by, at=at, changes=changes, batch_id=batch_id)


def activate(session: Session, person: User, *, by: User, at: datetime, batch_id: int | None = None) -> None:
    """Switch an account on again, or say yes to one that waits for approval."""
    require(UserPolicy(by).may(MANAGE, person))
    if person.anonymised_at is not None:
        raise Conflict(_("This account was erased; nobody can use it again."))
    if person.active:
        return
    changes: Changes = {"active": (False, True)}
    waited = person.approval_requested_at
    if waited is not None:
        changes["approval_requested_at"] = (waited, None)
    person.active = True
    person.approval_requested_at = None
    person.updated_at = at
    verb = "user.activate" if waited is None else "user.approve"
    record(session, verb, person, by=by, at=at, changes=changes, batch_id=batch_id)


def sign_out_everywhere(session: Session, person: User, *, by: User, at: datetime) -> int:
    """End every session of somebody, as after a lost phone: how many there were."""
    require(UserPolicy(by).may(MANAGE, person))
    ended = end_sessions(session, person, at=at)
    if ended:
        record(session, "user.revoke_sessions", person, by=by, at=at, changes={"sessions": (ended, 0)})
    return ended


def new_person(session: Session, *, email: str, username: str, display_name: str, at: datetime) -> User:
    """An active account with clean, free names and no password; recorded by the caller."""
    clean: dict[str, str] = {}
    faults = Faults()
    with faults.of("email"):
        clean["email"] = names.free_email(session, email)
    with faults.of("username"):
        clean["username"] = names.free_username(session, username)
    with faults.of("display_name"):
        clean["display_name"] = names.clean_name(display_name)
    faults.refuse()
    person = User(
        **clean,
        active=True,
        fs_uniquifier=secrets.token_hex(32),
        created_at=at,
        updated_at=at,
    )
    session.add(person)
    session.flush()
    return person


def record_made(session: Session, verb: str, person: User, *, by: User | None, at: datetime) -> None:
    """One event for a new account."""
    roles = sorted(role.name for role in person.roles)
    changes: Changes = {"username": (None, person.username), "email": (None, person.email), "roles": ([], roles)}
    record(session, verb, person, by=by, at=at, changes=changes)


def refuse_losing_owner(session: Session, person: User, by: User) -> None:
    """For what takes a person away altogether: look again under a lock, and keep the last active owner."""
    _look_again(session, person, by)
    _refuse_last_owner(session, person)


def _look_again(session: Session, person: User, by: User) -> None:
    """Wait for whoever else is changing owners, then see what they left: a right may be gone by now."""
    session.execute(select(Role.id).where(Role.name == OWNER).with_for_update())
    for user in {person, by}:
        session.refresh(user, ["active", "roles"])


def _refuse_last_owner(session: Session, person: User) -> None:
    if not (person.active and any(role.is_owner for role in person.roles)):
        return
    if session.scalar(select(User.id).where(is_owner(), User.active, User.id != person.id).limit(1)) is None:
        raise Conflict(_("%(person)s is the last owner. Make somebody else an owner first.", person=person.name))


def _cleaned(session: Session, person: User, field: str, value: str | None) -> str | None:
    if field == "email":
        return names.free_email(session, value or "", but=person)
    if field == "username":
        return names.free_username(session, value or "", but=person)
    return CLEANERS[field](value or "")
