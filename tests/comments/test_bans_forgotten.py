"""What is forgotten of bans with a person who is erased."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.actions.erasing import anonymise
from cms.accounts.models import User
from cms.audit.batches import RowResult, begin_batch, end_batch
from cms.audit.models import BatchRow, Event, EventPersonal, RowOutcome
from cms.audit.undo import may_undo, undo
from cms.comments import bans
from cms.comments.erasing import forget_bans
from cms.comments.models import Ban
from cms.core.errors import Conflict
from tests.comments.conftest import MakeBan, last_event
from tests.factories import Make


def test_the_record_keeps_addresses_where_they_can_be_erased(session: Session, ban: MakeBan) -> None:
    ban(email="a@example.com", reason="Writes as a@example.com everywhere")

    event = last_event(session)
    assert "example.com" not in f"{event.changes}{event.subject_label}"
    kept = session.scalars(select(EventPersonal.values).where(EventPersonal.event_id == event.id)).one()
    assert kept["email"] == [None, "a@example.com"]


def test_erasing_a_person_forgets_their_bans_those_of_before_too(
    session: Session, ban: MakeBan, make: Make, moderator: User, now: datetime
) -> None:
    member, other = make.user(email="maren@example.com"), make.user()
    earlier = ban(email="maren@example.com", reason="Maren again")
    bans.change(session, earlier, "Maren, again", None, by=moderator, at=now)
    batch = begin_batch(session, "bans", "lift", by=moderator, at=now)
    end_batch(session, batch, [RowResult(earlier.id, str(earlier), RowOutcome.DONE)])
    bans.lift(session, earlier, by=moderator, at=now)
    kept = ban(member=other.username, reason="Somebody else")
    ban(member=member.username, reason="Maren still")

    forget_bans(session, member.id, "maren@example.com", "Deleted person", by=moderator, at=now)
    session.commit()

    assert session.scalars(select(Ban.id)).all() == [kept.id]
    told = [str(values) for values in session.scalars(select(EventPersonal.values))]
    assert len(told) == 1
    assert "Somebody else" in told[0]
    assert session.scalars(select(BatchRow.label)).all() == ["Deleted person"]
    decisions = may_undo(session, session.scalars(select(Event).where(Event.verb == "ban.lift")), by=moderator)
    assert len(decisions) == 2


def test_undo_brings_no_ban_back_on_somebody_who_was_erased(
    session: Session, ban: MakeBan, make: Make, moderator: User, now: datetime
) -> None:
    member = make.user()
    bans.lift(session, ban(member=member.username), by=moderator, at=now)
    event = last_event(session)
    anonymise(session, member, by=make.owner(), at=now)
    forget_bans(session, member.id, "", "Deleted person", by=moderator, at=now)

    with pytest.raises(Conflict):
        undo(session, event, by=moderator, at=now)
