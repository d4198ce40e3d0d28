"""How tokens are found."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, joinedload

from cms.accounts.models import Role, RoleGrant, User
from cms.core.db import fits
from cms.core.errors import NotFound
from cms.core.i18n import _
from cms.tokens.models import ApiToken
from cms.tokens.policy import TokenPolicy


def live(session: Session, which: ColumnElement[bool], at: datetime) -> tuple[ApiToken, User] | None:
    """A token and its person with all rights, from one query; while it is good and they are active."""
    rights = joinedload(User.roles).joinedload(Role.grants).joinedload(RoleGrant.tag_rows)
    rows = session.execute(
        select(ApiToken, User)
        .join(User, User.id == ApiToken.user_id)
        .where(which, ApiToken.revoked_at.is_(None), ApiToken.expires_at > at, User.active)
        .options(rights)
    )
    row = rows.unique().one_or_none()
    return None if row is None else (row[0], row[1])


def get(session: Session, token_id: int, *, viewer: User) -> ApiToken:
    """One that the viewer may revoke; NotFound for any other."""
    token = session.get(ApiToken, token_id) if fits(token_id) else None
    if token is None or not TokenPolicy(viewer).may_revoke(token):
        raise NotFound(_("There is no such token."))
    return token


def of_person(person: User) -> Select[ApiToken]:
    """Somebody's tokens, those that ended too, the newest first."""
    return (
        select(ApiToken).where(ApiToken.user_id == person.id).order_by(ApiToken.created_at.desc(), ApiToken.id.desc())
    )
