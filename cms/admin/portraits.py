"""Portraits beside names, those of all the people on a page in one query."""

from collections.abc import Set

from flask import g
from sqlalchemy import inspect, select

from cms.accounts.models import User
from cms.extensions import db
from cms.media.models import Media
from cms.web import signed_in
from cms.web.pictures import find, know, picture, square

#: So many different portraits come with a page, however many people stand on it; the others are their initials.
MOST = 6


def portrait_path(person: User) -> str | None:
    """None for whoever has none; it is looked up together with those of everybody whom this page has loaded."""
    if _avatar_of(person) is None:
        return None
    find(*(_avatar_of(one) for one in list(db.session().identity_map.values()) if isinstance(one, User)))
    portrait = picture(_avatar_of(person))
    return square(portrait) if portrait and _has_room(portrait.id) else None


def portraits_of(people: Set[int | None]) -> dict[int | None, str]:
    """Where the portraits of these are, by id, for pages that load no people; one's own, at the top, comes along."""
    query = select(User.id, Media).join(Media, Media.id == User.avatar_id)
    wanted = (people | {signed_in().id}) - {None}
    rows = db.session.execute(query.where(User.id.in_(wanted), Media.trashed_at.is_(None))).all()
    know(*(media for _person_id, media in rows))
    return {person_id: square(media) for person_id, media in rows if person_id in people and _has_room(media.id)}


def _has_room(portrait_id: int) -> bool:
    shown: set[int] = g.setdefault("portraits", set())
    if len(shown) < MOST:
        shown.add(portrait_id)
    return portrait_id in shown


def _avatar_of(person: User) -> int | None:
    """Where it was not loaded, nobody asks for it."""
    avatar_id: int | None = inspect(person).dict.get("avatar_id")
    return avatar_id
