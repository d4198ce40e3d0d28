"""Writing the record. Every action of every domain ends here, once."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import Enum
from typing import Any, Protocol

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from cms.audit.followers import tell
from cms.audit.models import Event, EventPersonal
from cms.core.request_ids import request_id

#: Stands for a value that the event itself must not hold.
CHANGED = "changed"
#: Under this name an act lists the events of what it did on the way, such as a tag made by saving a post.
PARTS = "parts"
Changes = dict[str, tuple[Any, Any]]


class Subject(Protocol):
    """Anything with an id in a table; its text is how the record names it.

    What is a person lists in `identifying` the fields that tell who it is: neither they nor its text are in an event.
    """

    id: Any
    __tablename__: str


class Actor(Protocol):
    """Whoever acts; only the id is kept."""

    id: Any


def record(
    session: Session,
    verb: str,
    subject: Subject,
    *,
    by: Actor | None,
    at: datetime,
    changes: Changes | None = None,
    batch_id: int | None = None,
    personal: dict[str, Any] | None = None,
    parts: Sequence[Event] = (),
) -> Event:
    """Leave one event in the transaction of the change; `personal` values go where they can be erased.

    What is recorded while an event is taken back points at it: see `taking_back`.
    """
    session.flush()
    if parts:
        changes = (changes or {}) | {PARTS: ([], [part.id for part in parts])}
    identifying: frozenset[str] = getattr(subject, "identifying", frozenset())
    told = {field: [plain(before), plain(after)] for field, (before, after) in (changes or {}).items()}
    apart = {field: pair for field, pair in told.items() if field in identifying} | (personal or {})
    event = Event(
        at=at,
        actor_id=None if by is None else by.id,
        verb=verb,
        subject_type=subject.__tablename__,
        subject_id=subject.id,
        subject_label="" if identifying else str(subject)[:200],
        changes={field: [CHANGED, CHANGED] if field in identifying else pair for field, pair in told.items()},
        batch_id=batch_id if batch_id is not None else _batch_here(session),
        request_id=request_id.get(),
    )
    _attribute(session, event)
    session.add(event)
    if apart:
        session.flush()
        session.add(EventPersonal(event_id=event.id, values=apart, digest=digest_of(apart)))
    tell(session, event)
    return event


@contextmanager
def gathering(session: Session) -> Iterator[list[Event]]:
    """The events that are recorded inside: parts of an act, which names them when it is recorded itself."""
    found: list[Event] = []
    lists = session.info.setdefault("gathering", [])
    lists.append(found)
    try:
        yield found
    finally:
        lists.pop()


@contextmanager
def in_batch(session: Session, batch_id: int) -> Iterator[None]:
    """Every act inside belongs to the batch; what is done on the way to one belongs to that act alone."""
    before = session.info.get("in_batch")
    session.info["in_batch"] = (batch_id, len(session.info.get("gathering", ())))
    try:
        yield
    finally:
        session.info["in_batch"] = before


@contextmanager
def taking_back(session: Session, undone: Event, batch_id: int | None) -> Iterator[None]:
    """The first event about the same kind of thing that is recorded inside says that it takes this one back."""
    before = session.info.get("taking_back")
    session.info["taking_back"] = (undone, batch_id)
    try:
        yield
    finally:
        session.info["taking_back"] = before


def last_recorded(session: Session) -> Event | None:
    """The newest event of this session: what somebody who just did something did last."""
    event: Event | None = session.info.get("last_recorded")
    return event if event is not None and event in session else None


def _batch_here(session: Session) -> int | None:
    batch_id, depth = session.info.get("in_batch") or (None, 0)
    return batch_id if depth == len(session.info.get("gathering", ())) else None


def _attribute(session: Session, event: Event) -> None:
    """Tell whoever waits for it that it was recorded; it is never changed afterwards."""
    undone, batch_id = session.info.get("taking_back") or (None, None)
    if undone is not None and undone.subject_type == event.subject_type:
        event.undoes_id, event.batch_id = undone.id, batch_id
        session.info["taking_back"] = None
    session.info["last_recorded"] = event
    for found in session.info.get("gathering", ()):
        found.append(event)


def forget(session: Session, events: ColumnElement[bool]) -> None:
    """Erase what is personal beside these events; the events themselves stay for ever."""
    beside = EventPersonal.event_id.in_(select(Event.id).where(events))
    session.execute(delete(EventPersonal).where(beside).execution_options(synchronize_session=False))


def digest_of(personal: dict[str, Any]) -> str:
    """SHA-256 over canonical JSON; it goes with the values, since whoever tries all addresses could turn it back."""
    return hashlib.sha256(json.dumps(personal, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def plain(value: Any) -> Any:
    """A JSON value for anything a column holds; unknown objects are named by their text."""
    match value:
        case None | bool() | int() | float():
            return value
        case Enum():
            return value.value
        case str():
            return value
        case datetime() | date():
            return value.isoformat()
        case list() | tuple():
            return [plain(item) for item in value]
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
        case _:
            return str(value)
