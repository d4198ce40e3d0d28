"""Who is told of each event as it is recorded: what follows a change is kept or lost with it."""

from collections.abc import Callable
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.audit.models import Event

Follower = Callable[[Session, Event], None]

#: Of each engine, since an application that is made beside another tells in its own way.
_followers: WeakKeyDictionary[Engine, Follower] = WeakKeyDictionary()


def follow(engine: Engine, follower: Follower) -> None:
    """Whom to tell from now on of what is recorded through this engine; done once, when an application is made."""
    _followers[engine] = follower


def tell(session: Session, event: Event) -> None:
    follower = _followers.get(session.get_bind().engine)
    if follower is not None:
        follower(session, event)
