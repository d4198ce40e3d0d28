"""Where acts are tried, and how they are collected: each domain keeps its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.actions import last_recorded
from cms.audit.models import Event
from tests.conftest import NOON
from tests.factories import Make


@dataclass
class World:
    """Who acts, when, and with what."""

    session: Session
    make: Make
    owner: User
    at: datetime = NOON

    def later(self) -> dict[str, Any]:
        """The arguments of the next act: time goes on."""
        self.at += timedelta(minutes=1)
        return {"by": self.owner, "at": self.at}

    def last(self) -> Event:
        event = last_recorded(self.session)
        assert event is not None
        self.session.flush()
        return event


Act = Callable[[], Any]
Preparation = Callable[[World], Act]


class Acts(list[tuple[str, Preparation]]):
    """Verbs with their preparations; decorating a preparation with its verb adds one."""

    def __call__(self, verb: str) -> Callable[[Preparation], Preparation]:
        def keep(prepare: Preparation) -> Preparation:
            self.append((verb, prepare))
            return prepare

        return keep
