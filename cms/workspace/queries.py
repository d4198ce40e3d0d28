"""The views of a list that one person may open."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.core.errors import NotFound
from cms.core.i18n import _
from cms.workspace.models import SavedView

#: More are kept than anybody reads; those of others come after one's own.
SHOWN = 20


def views(session: Session, person: User, area: str) -> list[SavedView]:
    """One's own views of a list and those that others share, one's own first."""
    mine = SavedView.user_id == person.id
    found = select(SavedView).where(SavedView.area == area, or_(mine, SavedView.shared))
    return list(session.scalars(found.order_by(mine.desc(), SavedView.name, SavedView.id).limit(SHOWN)))


def view(session: Session, person: User, area: str, view_id: int) -> SavedView:
    """One of `views`, or NotFound."""
    mine = SavedView.user_id == person.id
    query = select(SavedView).where(SavedView.id == view_id, SavedView.area == area, or_(mine, SavedView.shared))
    found = session.scalar(query)
    if found is None:
        raise NotFound(_("There is no such view, or it is not shared with you."))
    return found
