"""Taking back what was done: checked against what is there now, asked of the policy, recorded like any act.

An event is taken back once. What takes it back is an event of its own, so that it can be taken back as well.
"""

from collections.abc import Iterable, Set
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.exc import StaleDataError

from cms.audit.actions import CHANGED, PARTS, Actor, taking_back
from cms.audit.batches import DONE, REFUSED, SKIPPED, RowResult, begin_batch, end_batch, note_rows
from cms.audit.inverses import Inverse, Undoing, inverse_of, may_for_others, reason_against
from cms.audit.models import Batch, BatchRow, BatchState, Event, EventPersonal
from cms.core.decision import Decision, require
from cms.core.errors import CmsError, Conflict, Invalid, NotAllowed
from cms.core.i18n import _

#: Rows of one commit when a whole batch is taken back.
CHUNK = 100
#: Rows of a batch that are looked at before its undoing is offered.
LOOKED_AT = 20
#: What a batch of undone acts is called, in whatever area.
UNDO = "undo"


def undo(
    session: Session, event: Event, *, by: Actor, at: datetime, batch_id: int | None = None, asked: bool = True
) -> Event:
    """Put back what was before an event and record that; Conflict where something else happened since.

    Only what is part of a larger act is not `asked` about: the right to that act was.
    """
    try:
        with session.begin_nested():
            return _undo(session, event, by=by, at=at, batch_id=batch_id, asked=asked)
    except Invalid as refusal:
        raise Conflict("\n".join([refusal.message, *refusal.fields.values()])) from refusal
    except (IntegrityError, StaleDataError):
        raise Conflict(_("It was undone or changed at the same moment, or something else depends on it now.")) from None


def may_undo(
    session: Session, events: Iterable[Event], *, by: Actor, gone: Set[int | None] | None = None
) -> dict[int, Decision]:
    """For each event whether this person may take it back, and why not: one query for each kind of thing.

    Whoever knows already what is `undone` says so.
    """
    events = list(events)
    gone = undone(session, events) if gone is None else gone
    subjects = _subjects(session, events)
    decisions = {}
    for event in events:
        if event.id in gone:
            decisions[event.id] = Decision.no(lambda: _("This was undone already."))
        else:
            decisions[event.id] = _decide(event, subjects.get(event.id), by)
    return decisions


def undone(session: Session, events: Iterable[Event]) -> set[int | None]:
    """The ids of those that were taken back."""
    ids = [event.id for event in events]
    return set(session.scalars(select(Event.undoes_id).where(Event.undoes_id.in_(ids))))


def may_undo_batch(session: Session, batch: Batch, *, by: Actor) -> bool:
    """Whether any of the first rows that are not undone yet could be: what to offer, as each row is asked again."""
    taken_back = aliased(Event)
    left = select(Event).where(Event.batch_id == batch.id, ~exists().where(taken_back.undoes_id == Event.id))
    return any(may_undo(session, session.scalars(left.order_by(Event.id).limit(LOOKED_AT)), by=by).values())


def begin_undo(session: Session, batch: Batch, *, by: Actor, at: datetime) -> Batch:
    """Open the batch that takes another one back, chunk by chunk; Conflict where that one runs or changed nothing."""
    if session.scalar(select(Event.id).where(Event.batch_id == batch.id).limit(1)) is None:
        raise Conflict(_("Nothing was changed by this, so that there is nothing to undo."))
    if batch.state is BatchState.RUNNING:
        raise Conflict(_("This is still running. Stop it first."))
    return begin_batch(session, batch.area, UNDO, by=by, at=at, parameters={"undoes": batch.id})


def left_to_undo(session: Session, made: Batch) -> int:
    """How many rows have not had their turn."""
    undoes = made.parameters["undoes"]
    total = session.scalar(select(func.count()).select_from(Event).where(Event.batch_id == undoes)) or 0
    return total - _tried(made)


def undo_chunk(session: Session, made: Batch, *, by: Actor, at: datetime, chunk: int = CHUNK) -> None:
    """The next rows, the last first, each with a savepoint; the batch is ended with the last.

    What became of each row is in the batch; the caller commits after every chunk.
    """
    undoes = made.parameters["undoes"]
    of_it = select(Event).where(Event.batch_id == undoes).order_by(Event.id.desc())
    events = session.scalars(of_it.offset(_tried(made)).limit(chunk)).all()
    rows = select(BatchRow.row_id, BatchRow.label).where(BatchRow.batch_id == undoes)
    of_these = BatchRow.row_id.in_([event.subject_id for event in events])
    labels = {row_id: label for row_id, label in session.execute(rows.where(of_these))}
    results = [_undo_row(session, event, labels, made.id, by=by, at=at) for event in events]
    note_rows(session, made, results)
    if len(events) < chunk or left_to_undo(session, made) <= 0:
        end_batch(session, made)


def undo_parts(doing: Undoing, *, leave: bool, of: str | None = None) -> None:
    """Take back what an act did on the way, the last first; `leave` what was changed or is in use by now.

    `of` one kind of thing only.
    """
    parts = select(Event).where(Event.id.in_(doing.parts)).order_by(Event.id.desc())
    for event in doing.session.scalars(parts.where(Event.subject_type == of) if of else parts).all():
        try:
            undo(doing.session, event, by=doing.by, at=doing.at, asked=not leave)
        except (Conflict, NotAllowed):
            if not leave:
                raise


def _undo(session: Session, event: Event, *, by: Actor, at: datetime, batch_id: int | None, asked: bool) -> Event:
    inverse = _inverse(event)
    subject = _load(session, inverse, [event], lock=True).get(event.subject_id or 0)
    if undone(session, [event]):
        raise Conflict(_("This was undone already."))
    if subject is None and not inverse.brings_back:
        raise Conflict(_("It is not there any more."))
    if asked:
        require(_decide(event, subject, by))
    before, after = _values(session, event)
    doing = Undoing(session, event, subject, before, after, by, at)
    with taking_back(session, event, batch_id):
        inverse.run(doing)
    session.flush()
    made = session.scalar(select(Event).where(Event.undoes_id == event.id))
    if made is None:
        raise Conflict(_("It is as it was before already."))
    session.info["last_recorded"] = made
    return made


def _tried(made: Batch) -> int:
    return made.done + made.skipped + made.refused


def _undo_row(
    session: Session, event: Event, labels: dict[int, str], batch_id: int, *, by: Actor, at: datetime
) -> RowResult:
    row_id = event.subject_id or 0
    label = labels.get(row_id) or event.subject_label or f"#{row_id}"
    try:
        undo(session, event, by=by, at=at, batch_id=batch_id)
    except NotAllowed as refusal:
        return RowResult(row_id, label, REFUSED, refusal.message)
    except CmsError as refusal:
        return RowResult(row_id, label, SKIPPED, refusal.message)
    return RowResult(row_id, label, DONE)


def _inverse(event: Event) -> Inverse:
    inverse = inverse_of(event.verb)
    if inverse is None:
        raise Conflict(reason_against(event.verb))
    return inverse


def _decide(event: Event, subject: Any, by: Actor) -> Decision:
    """One's own acts need the right to the inverse alone; those of others the right to undo as well."""
    inverse = inverse_of(event.verb)
    if inverse is None:
        return Decision.no(lambda: reason_against(event.verb))
    if subject is None and not inverse.brings_back:
        return Decision.no(lambda: _("It is not there any more."))
    if event.actor_id != by.id:
        decision = may_for_others(by)
        if not decision:
            return decision
    return inverse.may(by, subject, event)


def _load(session: Session, inverse: Inverse, events: list[Event], *, lock: bool) -> dict[int, Any]:
    """By id; what came later and was given the number of something that is gone is left out."""
    newest = {event.subject_id or 0: event.at for event in sorted(events, key=lambda event: event.at, reverse=True)}
    found = inverse.load(session, sorted(newest), lock)
    return {one: subject for one, subject in found.items() if one in newest and _was_there(subject, newest[one])}


def _was_there(subject: Any, at: datetime) -> bool:
    made: datetime | None = getattr(subject, "created_at", None)
    return made is None or made <= at


def _subjects(session: Session, events: list[Event]) -> dict[int, Any]:
    """By event; things of one kind are loaded together."""
    kinds: dict[str, list[Event]] = {}
    for event in events:
        if inverse_of(event.verb) is not None:
            kinds.setdefault(event.subject_type, []).append(event)
    found = {}
    for alike in kinds.values():
        subjects = _load(session, _inverse(alike[0]), alike, lock=False)
        found.update({event.id: subjects.get(event.subject_id or 0) for event in alike})
    return found


def _values(session: Session, event: Event) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was before and after; Conflict where a personal value that is needed was erased since."""
    kept = session.scalar(select(EventPersonal.values).where(EventPersonal.event_id == event.id)) or {}
    before, after = {}, {}
    for field, pair in event.changes.items():
        told = kept.get(field) if pair == [CHANGED, CHANGED] else pair
        if told is None:
            raise Conflict(_("What was there before was erased and cannot be brought back."))
        if field != PARTS:
            before[field], after[field] = told
    return before, after
