"""How people, their sessions and their roles are found."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload

from cms.accounts.models import OWNER, Role, RoleGrant, User, UserSession
from cms.accounts.names import fold_email
from cms.accounts.secrets import digest_of
from cms.accounts.standing import Standing, stands
from cms.core.permissions import Permission
from cms.core.planning import BY_KEY


def by_email(session: Session, email: str, *, for_update: bool = False) -> User | None:
    """Whoever has this address, in whatever case it was typed."""
    query = select(User).where(User.email == fold_email(email))
    return session.scalar(query.with_for_update() if for_update else query)


def live_session(session: Session, secret: str, *, at: datetime, idle: timedelta) -> tuple[UserSession, User] | None:
    """The session of a cookie and its person with all rights, from one query; while it is open and they are active."""
    rights = joinedload(User.roles).joinedload(Role.grants).joinedload(RoleGrant.tag_rows)
    rows = session.execute(
        select(UserSession, User)
        .join(User, User.id == UserSession.user_id)
        .where(
            UserSession.digest == digest_of(secret),
            is_open(at, idle),
            User.active,
        )
        .options(rights)
        .execution_options(**BY_KEY)
    )
    row = rows.unique().one_or_none()
    return None if row is None else (row[0], row[1])


def sessions_of(session: Session, user: User, *, at: datetime, idle: timedelta) -> list[UserSession]:
    """The sessions that are open now, the one used last first."""
    return list(
        session.scalars(
            select(UserSession)
            .where(UserSession.user_id == user.id, is_open(at, idle))
            .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
        )
    )


def is_open(at: datetime, idle: timedelta) -> ColumnElement[bool]:
    """“Neither ended, expired nor idle”, as a WHERE clause over sessions.

    A remembered session knows no idle time: not to be asked again is what was ticked.
    """
    in_use = UserSession.remembered | (UserSession.last_seen_at > at - idle)
    return UserSession.revoked_at.is_(None) & (UserSession.expires_at > at) & in_use


def any_owner(session: Session) -> bool:
    """Whether somebody active is an owner."""
    return session.scalar(select(User.id).where(is_owner(), User.active).limit(1)) is not None


def ever_owned(session: Session) -> bool:
    """Whether there is or was an owner, active or not: then the set-up page is closed."""
    return session.scalar(select(User.id).where(is_owner()).limit(1)) is not None


def is_owner() -> ColumnElement[bool]:
    """“Is an owner”, as a WHERE clause over users."""
    return User.roles.any(Role.name == OWNER)


def has_right(permission: Permission) -> ColumnElement[bool]:
    """“Is an owner, or has a role with this right”, as a WHERE clause over users."""
    return is_owner() | User.roles.any(Role.grants.any(RoleGrant.permission == permission))


def writers(session: Session, *, but: User, most: int = 300) -> list[User]:
    """Active people whom posts can be given to."""
    query = select(User).where(User.active, has_right(Permission.POST_CREATE), User.id != but.id)
    return list(session.scalars(query.order_by(User.name, User.username).limit(most)))


def counting_waiting() -> Select[int]:
    """How to count the accounts that wait for somebody's yes."""
    return select(func.count()).select_from(User).where(stands(Standing.WAITING))


def owners(session: Session) -> list[User]:
    """Those who are active."""
    return list(session.scalars(select(User).where(User.active, is_owner()).order_by(User.id)))


def holders(session: Session, permission: Permission) -> list[User]:
    """Active people with this right: owners, and whoever has it by a role."""
    return list(session.scalars(select(User).where(User.active, has_right(permission)).order_by(User.id)))
