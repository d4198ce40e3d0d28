"""Limits are rows: exact, shared by every process, and forgotten in time."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.accounts.actions.attempts import Limit, Tally, give_back, take
from cms.accounts.models import Attempt
from cms.core.errors import TooOften
from tests.accounts.conftest import AtOnce

THREE = Tally(Limit("test", 3, timedelta(minutes=5)), "somebody")
OTHER = Tally(Limit("test", 3, timedelta(minutes=5)), "somebody else")


def counted(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Attempt)) or 0


def test_one_try_too_many_is_refused_and_says_how_long_to_wait(session: Session, now: datetime) -> None:
    for seconds in (0, 60, 120):
        take(session, [THREE], at=now + timedelta(seconds=seconds))

    with pytest.raises(TooOften) as refusal:
        take(session, [THREE], at=now + timedelta(seconds=180))

    assert refusal.value.retry_after == 120
    take(session, [THREE], at=now + timedelta(seconds=301))


def test_a_refused_try_counts_against_nothing(session: Session, now: datetime) -> None:
    for _number in range(3):
        take(session, [THREE], at=now)

    with pytest.raises(TooOften):
        take(session, [OTHER, THREE], at=now)

    assert counted(session) == 3


def test_what_is_given_back_makes_room(session: Session, now: datetime) -> None:
    for _number in range(2):
        take(session, [THREE], at=now)
    taken = take(session, [THREE, OTHER], at=now)

    give_back(session, taken)

    assert counted(session) == 2
    take(session, [THREE], at=now)


def test_tries_of_yesterday_are_forgotten(session: Session, now: datetime) -> None:
    take(session, [THREE], at=now - timedelta(hours=25))
    take(session, [OTHER], at=now)

    assert counted(session) == 1


def test_of_twenty_tries_at_once_no_more_than_the_limit_get_through(
    session: Session, now: datetime, at_once: AtOnce
) -> None:
    outcomes = at_once(lambda own, tally: take(own, [tally], at=now), [THREE] * 20)

    refused = [outcome for outcome in outcomes if isinstance(outcome, TooOften)]
    assert len(refused) == 17
    assert counted(session) == 3
