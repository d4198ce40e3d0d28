"""Who is told of each event as it is recorded: what follows a change is kept or lost with it."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from cms.audit.models import Event

Follower = Callable[[Session, Event], None]

_followers: list[Follower] = []


def follow(*followers: Follower) -> None:
    """Whom to tell from now on; done once, when an application is made."""
    _followers[:] = followers


def tell(session: Session, event: Event) -> None:
    for follower in _followers:
        follower(session, event)
