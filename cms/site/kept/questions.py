"""What the making of a page asked the database: where the same questions have the same answers, it is the same page.

A page is made of those answers, the settings and the code, and of nothing else; the moment is the same for all of it.
So after a change that has nothing to do with it, as most have not, to ask again is enough: a quarter of the work, and
no reader who has the page has to take it again.
"""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, event

from cms.core.generation import is_seen_by_readers
from cms.site.kept.answers import answer_to, digest_of, taken_whole, tells
from cms.site.kept.statements import learnt

#: As SQLite has moments and days.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d+)?)?")
_ABOUT_THE_TRANSACTION = ("BEGIN", "SAVEPOINT", "RELEASE", "SET ")
#: In place of the moment they were asked for.
AT = object()
Given = dict[str, Any] | tuple[Any, ...]
Asked = tuple[str, Given]


@dataclass(frozen=True, slots=True)
class Questions:
    """In their order, with a mark in place of the moment they were asked for, and a digest of each answer.

    `settings` is the digest of those that it was made by; `plans_once`: as `core.planning` says.
    """

    asked: tuple[Asked, ...]
    answers: tuple[bytes, ...]
    settings: str
    plans_once: bool


@dataclass(slots=True)
class Notes:
    """`is_plain`: nothing but questions so far."""

    asked: list[Asked]
    is_plain: bool = True
    plans_once: bool = False
    answers: list[Any] = field(default_factory=list)


_notes: ContextVar[Notes | None] = ContextVar("questions", default=None)


class Asking:
    """Notes the questions to one database, and asks them again."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        event.listen(engine, "before_cursor_execute", _note)
        event.listen(engine, "after_cursor_execute", _note_answer)

    @contextmanager
    def noted(self) -> Iterator[Notes]:
        """What this thread asks in the block."""
        notes = Notes([])
        token = _notes.set(notes)
        try:
            yield notes
        finally:
            _notes.reset(token)

    def known(self, notes: Notes, settings: str, at: datetime) -> Questions | None:
        """None where to ask again for another moment would say nothing: something was written, or a moment was asked
        for that is neither this one nor told by the database. It may have come of this one, and nobody knows how.
        """
        if not notes.is_plain or len(notes.answers) != len(notes.asked):
            return None
        moment, told = self._spelled(at), list[Any]()
        for (_statement, given), answer in zip(notes.asked, notes.answers, strict=True):
            others = [value for value in _values(given) if _is_moment(value) and value != moment]
            if not all(any(tells(one, value) for one in told) for value in others):
                return None
            told.append(answer)
        asked = tuple((statement, _with(given, moment, AT)) for statement, given in notes.asked)
        return Questions(asked, tuple(map(digest_of, told)), settings, notes.plans_once)

    def is_answered_alike(self, questions: Questions, at: datetime) -> bool:
        """Whether the database says at this moment what it said then; raises its errors. Asks on until it does not."""
        moment = self._spelled(at)
        with self._cursor(plans_once=questions.plans_once) as cursor:
            return all(
                digest_of(answer_to(cursor, statement, _with(given, AT, moment))) == answer
                for (statement, given), answer in zip(questions.asked, questions.answers, strict=True)
            )

    @contextmanager
    def _cursor(self, *, plans_once: bool) -> Iterator[Any]:
        """The driver's own: each question is one step, since the generation tells whether they are of one state."""
        with closing(self._engine.raw_connection()) as connection:
            if plans_once:
                connection.driver_connection.prepare_threshold = 0  # type: ignore[union-attr]
            yield connection.cursor()

    def _spelled(self, at: datetime) -> Any:
        """As our type for moments hands it to the driver."""
        at = at.astimezone(UTC)
        return at.replace(tzinfo=None).isoformat(" ", "microseconds") if self._is_sqlite else at


def _note(connection: Connection, _cursor: Any, statement: str, given: Any, _context: Any, is_many: bool) -> None:
    notes = _notes.get()
    if notes is None or statement.startswith(_ABOUT_THE_TRANSACTION):
        return
    if is_many or is_seen_by_readers(statement) or not statement.startswith(("SELECT", "WITH")):
        notes.is_plain = False
    if getattr(connection.connection.driver_connection, "prepare_threshold", None) is not None:
        notes.plans_once = True
    if notes.is_plain:
        notes.asked.append((learnt(statement), given))


def _note_answer(
    _connection: Connection, cursor: Any, statement: str, _given: Any, context: Any, _is_many: bool
) -> None:
    notes = _notes.get()
    if notes is not None and notes.is_plain and not statement.startswith(_ABOUT_THE_TRANSACTION):
        notes.answers.append(taken_whole(cursor, context))


def _is_moment(value: Any) -> bool:
    return _MOMENT.fullmatch(value) is not None if isinstance(value, str) else isinstance(value, date)


def _values(given: Given) -> Iterator[Any]:
    yield from given.values() if isinstance(given, dict) else given


def _with(given: Given, old: Any, new: Any) -> Given:
    """The same, but for one value."""
    if isinstance(given, dict):
        return {name: new if value is old or value == old else value for name, value in given.items()}
    return tuple(new if value is old or value == old else value for value in given)
