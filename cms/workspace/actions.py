"""Choosing, keeping a view, changing it, and forgetting all of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from cms.accounts.models import User
from cms.core.decision import require
from cms.core.errors import Conflict, Invalid
from cms.core.i18n import _
from cms.core.text import clean_line
from cms.workspace import unsaved
from cms.workspace.models import SavedView
from cms.workspace.policy import SavedViewPolicy

LONGEST_NAME = 60
LONGEST_QUERY = 2000
MOST_VIEWS = 50


def choose(session: Session, person: User, key: str, value: Any) -> None:
    """Remember a choice; None goes back to what everybody has."""
    rest = {name: kept for name, kept in person.preferences.items() if name != key}
    _arrange(session, person, rest if value is None else rest | {key: value})


def keep_view(session: Session, area: str, name: str, query: str, *, shared: bool, by: User, at: datetime) -> SavedView:
    """Keep a view under a name; one that oneself has under this name already is replaced."""
    name = _checked_name(name)
    if len(query) > LONGEST_QUERY:
        raise Invalid(_("This view is narrowed by too much to be kept."))
    own = (SavedView.user_id == by.id) & (SavedView.area == area)
    view = session.scalar(select(SavedView).where(own, SavedView.name == name))
    if view is None:
        if (session.scalar(select(func.count()).where(own)) or 0) >= MOST_VIEWS:
            raise Conflict(_("You keep %(most)s views of this list already. Delete one first.", most=MOST_VIEWS))
        view = SavedView(user_id=by.id, area=area, name=name, created_at=at)
        session.add(view)
    view.query, view.shared, view.updated_at = query, shared, at
    session.flush()
    return view


def share_view(session: Session, view: SavedView, *, shared: bool, by: User, at: datetime) -> None:
    """Show it to everybody who may open the list, or to its owner alone."""
    require(SavedViewPolicy(by).may_change(view))
    view.shared, view.updated_at = shared, at
    session.flush()


def delete_view(session: Session, view: SavedView, *, by: User) -> None:
    """Forget a view; the list itself stays as it is."""
    require(SavedViewPolicy(by).may_change(view))
    session.delete(view)
    session.flush()


def forget(session: Session, person: User) -> None:
    """All that somebody chose, kept and typed, shared views included: their names were that person's words."""
    _arrange(session, person, {})
    session.execute(delete(SavedView).where(SavedView.user_id == person.id))
    unsaved.forget_person(session, person)


def _arrange(session: Session, person: User, preferences: dict[str, Any]) -> None:
    """Past the mapper, since it is no change of the account: somebody who edits it meanwhile is not in conflict."""
    session.execute(update(User).where(User.id == person.id).values(preferences=preferences))
    set_committed_value(person, "preferences", preferences)


def _checked_name(name: str) -> str:
    try:
        clean = clean_line(name)
    except Invalid as fault:
        raise Invalid(fault.message, {"name": fault.message}) from fault
    if not clean:
        raise Invalid(_("Give the view a name."), {"name": _("Give the view a name.")})
    if len(clean) > LONGEST_NAME:
        sentence = _("At most %(most)s characters fit here.", most=LONGEST_NAME)
        raise Invalid(sentence, {"name": sentence})
    return clean
