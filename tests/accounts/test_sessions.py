"""Each signed-in browser is a row, and ends when the row does."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts import queries
from cms.accounts.actions import sessions
from cms.accounts.actions.sessions import Device
from cms.accounts.models import User, UserSession
from cms.core.errors import NotFound
from tests.accounts.events import events, verbs
from tests.factories import Make

HOUR = timedelta(hours=1)
DEVICE = Device("192.0.2.1", "Firefox/140 on Linux")


def opened(session: Session, person: User, at: datetime, **values: object) -> tuple[UserSession, str]:
    return sessions.open_session(
        session, person, DEVICE, **{"at": at, "lasts": 12 * HOUR, "remembered": False, "via": "password"} | values
    )


def is_live(session: Session, secret: str, at: datetime) -> bool:
    session.flush()
    return queries.live_session(session, secret, at=at, idle=2 * HOUR) is not None


def test_the_secret_of_the_cookie_is_kept_nowhere(session: Session, make: Make, now: datetime) -> None:
    row, secret = opened(session, make.user(), now)

    assert len(secret) >= 43
    assert secret not in {str(value) for value in vars(row).values()}


def test_the_address_goes_into_the_erasable_part_of_the_record(session: Session, make: Make, now: datetime) -> None:
    opened(session, make.user(), now)

    event = events(session)[-1]
    assert (event.verb, event.changes) == ("user.sign_in", {"via": [None, "password"]})
    assert event.personal is not None
    assert event.personal.values == {"address": "192.0.2.1", "agent": "Firefox/140 on Linux"}


def test_a_session_ends_when_it_is_idle_or_old(session: Session, make: Make, now: datetime) -> None:
    row, secret = opened(session, make.user(), now)
    assert is_live(session, secret, now + 2 * HOUR - timedelta(seconds=1))
    assert not is_live(session, secret, now + 2 * HOUR)

    row.last_seen_at = now + 12 * HOUR
    assert is_live(session, secret, now + 12 * HOUR - timedelta(seconds=1))
    assert not is_live(session, secret, now + 12 * HOUR)


def test_a_remembered_session_is_never_idle(session: Session, make: Make, now: datetime) -> None:
    _row, secret = opened(session, make.user(), now, remembered=True, lasts=timedelta(days=30))

    assert is_live(session, secret, now + timedelta(days=29))
    assert not is_live(session, secret, now + timedelta(days=30))


def test_signing_out_kills_the_cookie(session: Session, make: Make, now: datetime) -> None:
    person = make.user()
    row, secret = opened(session, person, now)

    sessions.close_session(session, row, by=person, at=now)

    assert not is_live(session, secret, now)
    assert verbs(session) == ["user.sign_in", "user.sign_out"]


def test_switching_somebody_off_ends_what_they_are_doing(session: Session, make: Make, now: datetime) -> None:
    person = make.user()
    _row, secret = opened(session, person, now)

    person.active = False

    assert not is_live(session, secret, now)


def test_somebody_elses_session_does_not_exist(session: Session, make: Make, now: datetime) -> None:
    row, secret = opened(session, make.owner(), now)

    with pytest.raises(NotFound):
        sessions.revoke_session(session, row, by=make.owner(), at=now)

    assert is_live(session, secret, now)


def test_ending_all_others_keeps_this_one(session: Session, make: Make, now: datetime) -> None:
    person = make.user()
    here, secret_here = opened(session, person, now)
    secrets = [opened(session, person, now)[1] for _number in range(3)]
    _row, strangers = opened(session, make.user(), now)

    assert sessions.revoke_others(session, by=person, at=now, but=here.id) == 3

    assert [is_live(session, secret, now) for secret in (secret_here, strangers, *secrets)] == [True] * 2 + [False] * 3


def test_only_open_sessions_are_listed_and_the_latest_comes_first(session: Session, make: Make, now: datetime) -> None:
    person = make.user()
    older, newer = opened(session, person, now)[0], opened(session, person, now + HOUR)[0]
    ended = opened(session, person, now)[0]
    sessions.revoke_session(session, ended, by=person, at=now)

    assert queries.sessions_of(session, person, at=now + HOUR, idle=2 * HOUR) == [newer, older]


def test_last_seen_is_written_without_a_new_version(session: Session, make: Make, now: datetime) -> None:
    person = make.user()
    row, _secret = opened(session, person, now)
    version = person.version
    session.flush()

    sessions.note_seen(session, {row.id: now + HOUR})

    session.expire_all()
    assert (row.last_seen_at, person.last_seen_at, person.version) == (now + HOUR, now + HOUR, version)


def test_sessions_that_ended_long_ago_are_swept_away(session: Session, make: Make, now: datetime) -> None:
    person = make.user()
    opened(session, person, now)

    newest, _secret = opened(session, person, now + timedelta(days=40))

    assert list(session.scalars(select(UserSession))) == [newest]


def test_whoever_signs_in_has_been_seen(session: Session, make: Make, now: datetime) -> None:
    person = make.user()
    session.flush()
    version = person.version

    sessions.open_session(session, person, DEVICE, at=now, lasts=HOUR, remembered=False, via="password")

    session.refresh(person)
    assert (person.last_seen_at, person.version) == (now, version)
