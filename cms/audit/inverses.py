"""The table of inverses: how each verb is taken back, or why it is not. Domains fill it, once, when the app is made."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cms.audit.actions import PARTS, plain
from cms.audit.models import Event
from cms.core.decision import Decision
from cms.core.errors import Conflict
from cms.core.i18n import N_, _

#: Subjects by their ids, with what the policy asks of them; locked in the order of their ids where they will change.
Load = Callable[[Session, list[int], bool], dict[int, Any]]


def loading(model: Any, along: Callable[[Select[Any], bool], Select[Any]] = lambda query, _lock: query) -> Load:
    """How rows of one table are loaded; `along` adds to the query what the policy asks of them."""

    def load(session: Session, ids: list[int], lock: bool) -> dict[int, Any]:
        query = along(select(model).where(model.id.in_(ids)), lock).order_by(model.id)
        if lock:
            query = query.with_for_update(of=model).execution_options(populate_existing=True)
        return {row.id: row for row in session.scalars(query).unique()}

    return load


@dataclass(frozen=True)
class Difference:
    """A field that is not what the event left: what it left, and what is there now."""

    field: str
    left: Any
    now: Any


class Moved(Conflict):
    """Somebody changed it since; names each field that is not as the event left it."""

    def __init__(self, kind: str, differences: list[Difference]) -> None:
        names = ", ".join(_naming[-1](difference.field, kind) for difference in differences)
        super().__init__(_("It was changed again since, so that this cannot be undone: %(fields)s.", fields=names))
        self.differences = differences


@dataclass
class Undoing:
    """One event on its way back: `before` and `after` are its values, personal ones included while they exist."""

    session: Session
    event: Event
    subject: Any
    before: dict[str, Any]
    after: dict[str, Any]
    by: Any
    at: datetime

    @property
    def parts(self) -> list[int]:
        """The events of what the act did on the way."""
        return list(self.event.changes.get(PARTS, ([], []))[1])

    def moment_before(self, field: str) -> datetime | None:
        """A time as it was."""
        text = self.before.get(field)
        return datetime.fromisoformat(text) if text else None

    def need(self, *fields: str) -> None:
        """Conflict where the event is of a time when these were not kept."""
        if not self.before.keys() >= set(fields):
            raise Conflict(_("The record of this does not hold enough to undo it."))

    def refuse_moved(self, now: Mapping[str, Any]) -> None:
        """Conflict where any of these fields is not what the event left."""
        present = {field: plain(value) for field, value in now.items()}
        differences = [
            Difference(field, left, present[field])
            for field, left in self.after.items()
            if field in present and present[field] != left
        ]
        if differences:
            raise Moved(self.event.subject_type, differences)


@dataclass(frozen=True)
class Inverse:
    """How one verb is taken back.

    `may` asks the policy for the inverse act, with the subject. `run` compares what is there with what the event
    left, puts back what was before, and records it as an event about the same kind of thing.
    """

    load: Load
    may: Callable[[Any, Any, Event], Decision]
    run: Callable[[Undoing], None]
    #: What was undone is there again afterwards: such an act finds no subject.
    brings_back: bool = False


OLD = N_("There is no way back from this kind of change.")

_inverses: dict[str, Inverse] = {}
_reasons: dict[str, str] = {}
_naming: list[Callable[[str, str], str]] = [lambda field, _kind: field]
_others: list[Callable[[Any], Decision]] = []


def register(
    inverses: Mapping[str, Inverse],
    *,
    never: Mapping[str, str] | None = None,
) -> None:
    """Add the verbs of one domain: those with an inverse, and those without, each with its reason."""
    _inverses.update(inverses)
    _reasons.update(never or {})


def decide_for_others(decide: Callable[[Any], Decision]) -> None:
    """Say who may take back what somebody else did; policies stand above the record."""
    _others[:] = [decide]


def may_for_others(by: Any) -> Decision:
    return _others[0](by) if _others else Decision.no(_("Nobody may undo what somebody else did."))


def inverse_of(verb: str) -> Inverse | None:
    return _inverses.get(verb)


def reason_against(verb: str) -> str:
    """Why there is no inverse, in words for people."""
    return _(_reasons.get(verb, OLD))


def verbs() -> tuple[Iterable[str], Iterable[str]]:
    """Those that can be taken back, and those that cannot."""
    return _inverses.keys(), _reasons.keys()


def name_fields_by(label_of: Callable[[str, str], str]) -> None:
    """Say what people call a field of a kind of subject; words for people belong to the edges."""
    _naming[:] = [label_of]
