"""How often one sender may comment."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from cms.comments import limits
from cms.core.errors import TooOften

ME, NEIGHBOUR = "a" * 64, "b" * 64
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def comment_at(session: Session, *times: datetime, by: str = ME) -> None:
    for at in times:
        limits.count(session, by, at=at)
        session.flush()


def test_the_sixth_comment_within_a_minute_waits_for_the_first_to_be_a_minute_old(
    session: Session, now: datetime
) -> None:
    comment_at(session, *(now + SECOND * number for number in range(5)))

    with pytest.raises(TooOften) as refused:
        comment_at(session, now + 10 * SECOND)

    assert refused.value.retry_after == 50
    comment_at(session, now + MINUTE)


def test_somebody_else_is_not_held_up(session: Session, now: datetime) -> None:
    comment_at(session, *[now] * 5)

    comment_at(session, now, by=NEIGHBOUR)


def test_the_thirty_first_within_an_hour_waits(session: Session, now: datetime) -> None:
    comment_at(session, *(now + MINUTE * number for number in range(30)))

    with pytest.raises(TooOften) as refused:
        comment_at(session, now + 31 * MINUTE)

    assert refused.value.retry_after == 29 * 60
    comment_at(session, now + 61 * MINUTE)
