"""Links in mail: random, kept as digests, good once, for a while, for one thing."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.actions import tokens
from cms.accounts.actions.tokens import DeadLink, Purpose
from cms.accounts.models import SingleUseToken
from cms.core.errors import Conflict
from tests.accounts.conftest import AtOnce
from tests.factories import Make


def test_a_link_has_256_random_bits_and_only_its_digest_is_kept(session: Session, make: Make, now: datetime) -> None:
    secret = tokens.issue(session, Purpose.RESET, at=now, user=make.user())

    kept = session.scalars(select(SingleUseToken)).one()
    assert len(secret) >= 43
    assert secret not in (kept.digest, str(kept.detail))


def test_a_link_works_once(session: Session, make: Make, now: datetime) -> None:
    secret = tokens.issue(session, Purpose.RESET, at=now, user=make.user())

    tokens.use(session, secret, Purpose.RESET, at=now)

    with pytest.raises(DeadLink):
        tokens.use(session, secret, Purpose.RESET, at=now)


def test_a_newer_link_kills_the_older(session: Session, make: Make, now: datetime) -> None:
    person = make.user()
    older = tokens.issue(session, Purpose.RESET, at=now, user=person)
    newer = tokens.issue(session, Purpose.RESET, at=now, user=person)

    with pytest.raises(DeadLink):
        tokens.peek(session, older, Purpose.RESET, at=now)
    assert tokens.peek(session, newer, Purpose.RESET, at=now).user_id == person.id


@pytest.mark.parametrize(
    ("purpose", "lasts"),
    [
        (Purpose.RESET, timedelta(minutes=60)),
        (Purpose.FIRST_PASSWORD, timedelta(days=7)),
        (Purpose.EMAIL, timedelta(hours=24)),
        (Purpose.SIGN_UP, timedelta(days=2)),
    ],
)
def test_a_link_expires(session: Session, make: Make, now: datetime, purpose: Purpose, lasts: timedelta) -> None:
    secret = tokens.issue(session, purpose, at=now, user=make.user())

    tokens.peek(session, secret, purpose, at=now + lasts - timedelta(seconds=1))
    with pytest.raises(DeadLink):
        tokens.peek(session, secret, purpose, at=now + lasts)


def test_a_link_for_one_thing_is_not_good_for_another(session: Session, make: Make, now: datetime) -> None:
    secret = tokens.issue(session, Purpose.EMAIL, at=now, user=make.user())

    with pytest.raises(DeadLink):
        tokens.use(session, secret, Purpose.RESET, at=now)


@pytest.mark.parametrize("secret", ["", "NULL", "None", "[]", "x" * 5000, "\u202e"])
def test_what_was_never_given_out_is_no_link(session: Session, now: datetime, secret: str) -> None:
    with pytest.raises(DeadLink):
        tokens.peek(session, secret, *Purpose, at=now)


def test_of_ten_uses_at_once_exactly_one_succeeds(session: Session, make: Make, now: datetime, at_once: AtOnce) -> None:
    secret = tokens.issue(session, Purpose.RESET, at=now, user=make.user())
    session.commit()

    outcomes = at_once(lambda own, link: tokens.use(own, link, Purpose.RESET, at=now).id, [secret] * 10)

    assert sum(isinstance(outcome, int) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, DeadLink) for outcome in outcomes) == 9


def test_whoever_never_had_a_password_gets_the_longer_time(session: Session, make: Make, now: datetime) -> None:
    tokens.issue_reset(session, make.user(password=None), at=now)

    assert session.scalars(select(SingleUseToken)).one().purpose == Purpose.FIRST_PASSWORD


def test_there_is_no_set_up_link_for_a_site_that_has_an_owner(session: Session, make: Make, now: datetime) -> None:
    make.owner()

    with pytest.raises(Conflict):
        tokens.issue_set_up(session, at=now)
