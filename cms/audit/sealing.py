"""Seals over the record, a chain: each covers a run of events and the seal before it, so that what is changed shows.

Events are sealed some time after they were written, since a chain from event to event would let only one person write
at a time. What is personal lies beside the events and is not covered: it may be erased.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text, true
from sqlalchemy.orm import Session

from cms.audit.models import Event, Seal
from cms.core.keys import keyed_digest

#: Events under one seal.
MOST = 1000
#: What the first seal goes on from.
BEGINNING = "0" * 64
#: What is sealed of an event beside its id. By name, as a column that is added one day must not break older seals.
SEALED = (
    Event.at,
    Event.actor_id,
    Event.verb,
    Event.subject_type,
    Event.subject_id,
    Event.subject_label,
    Event.changes,
    Event.batch_id,
    Event.undoes_id,
    Event.request_id,
)
#: Of them in memory: each may hold a long text as it was before and after.
AT_ONCE = 4
Row = tuple[int, str]


@dataclass(frozen=True)
class Verdict:
    """`broken`: seals whose events are not those that were sealed, or that do not go on from the one before.

    `foreign`: how many were made with another key; `waiting`: events that no seal covers yet; `head`: the last digest.
    """

    sealed: int
    waiting: int
    head: str
    broken: list[Seal]
    foreign: int
    is_known: bool


@dataclass(frozen=True)
class Run:
    """Events that follow one another: how many, the last of them, and the digest that goes on from the one before."""

    count: int
    last_id: int
    digest: str


def settled(session: Session) -> int:
    """The id up to which all events are here; no transaction that is under way can add one with a smaller id.

    PostgreSQL gives ids before a commit, so whoever writes is waited for; to be asked in a short transaction.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE events IN SHARE MODE"))
    return session.scalar(select(func.max(Event.id))) or 0


def next_seal(session: Session, key: str, *, upto: int, at: datetime) -> Seal | None:
    """Over the events that follow, as many as one covers, to be added; None where there are none.

    Two who make the same one at once are told apart by the database, which takes one of them.
    """
    last = session.scalars(select(Seal).order_by(Seal.id.desc()).limit(1)).first()
    after, digest = (last.last_id, last.digest) if last is not None else (0, BEGINNING)
    run = _read(digest, _rows(session, after, upto, most=MOST))
    if not run.count:
        return None
    mark = keyed_digest(key, run.digest)
    return Seal(at=at, after_id=after, last_id=run.last_id, count=run.count, digest=run.digest, mark=mark)


def verify(session: Session, key: str, *, noted: str | None = None) -> Verdict:
    """Read every sealed event again. `noted`: a digest that was told earlier, which has to be among the seals."""
    broken: list[Seal] = []
    sealed = foreign = after = 0
    digest, is_known = BEGINNING, noted is None
    for seal in session.scalars(select(Seal).order_by(Seal.id)).all():
        run = _read(digest, _rows(session, seal.after_id, seal.last_id))
        if seal.after_id != after or (run.count, run.digest) != (seal.count, seal.digest):
            broken.append(seal)
        foreign += keyed_digest(key, seal.digest) != seal.mark
        is_known = is_known or noted == seal.digest
        sealed, after, digest = sealed + seal.count, seal.last_id, seal.digest
    waiting = session.scalar(select(func.count()).where(Event.id > after)) or 0
    return Verdict(sealed, waiting, digest, broken, foreign, is_known)


def has(session: Session, digest: str) -> bool:
    """Whether there is a seal with this digest; one that was made stays for ever."""
    return session.scalar(select(Seal.id).where(Seal.digest == digest).limit(1)) is not None


def _rows(session: Session, after: int, upto: int, *, most: int | None = None) -> Iterator[Row]:
    """By id, all that an event says in canonical JSON. After nothing comes whatever is there, also what is below 1."""
    begun = Event.id > after if after else true()
    query = select(Event.id, *SEALED).where(begun, Event.id <= upto).order_by(Event.id).limit(most)
    query = query.execution_options(yield_per=AT_ONCE)
    for number, *values in session.execute(query):
        told = [value.isoformat() if isinstance(value, datetime) else value for value in values]
        yield number, json.dumps([number, *told], sort_keys=True, separators=(",", ":"))


def _read(before: str, rows: Iterator[Row]) -> Run:
    """All of them, one after the other."""
    digest, count, last_id = hashlib.sha256(before.encode()), 0, 0
    for number, line in rows:
        digest.update(b"\n" + line.encode())
        count, last_id = count + 1, number
    return Run(count, last_id, digest.hexdigest())
