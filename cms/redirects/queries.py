"""How redirects are found."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.core.db import MAX_ID
from cms.core.errors import NotFound
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.redirects.models import Redirect
from cms.redirects.paths import LONGEST, normal
from cms.redirects.policy import RedirectPolicy


def at_path(session: Session, path: str) -> Redirect | None:
    """What an old address leads to, however its case and its slashes were typed; for visitors, who may all know."""
    wanted = normal(path)
    if len(wanted) > LONGEST:
        return None
    return session.scalar(select(Redirect).where(Redirect.from_path == wanted))


def visible_to(viewer: User | None) -> Select[Redirect]:
    """The redirects that somebody may see in the back office, in no order."""
    return select(Redirect).where(RedirectPolicy(viewer).where(Permission.REDIRECT_MANAGE))


def is_dead(at: datetime) -> ColumnElement[bool]:
    """`Redirect.is_dead` as a WHERE clause; never unknown, so that it can be turned round."""
    return and_(Redirect.dead_from.is_not(None), Redirect.dead_from <= at)


def get(session: Session, redirect_id: int, *, viewer: User | None, for_update: bool = False) -> Redirect:
    """One redirect; NotFound also where the viewer may not know of it."""
    query = visible_to(viewer).where(Redirect.id == min(max(redirect_id, 0), MAX_ID))
    if for_update:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound(_("There is no such redirect, or you may not see it."))
    return found
