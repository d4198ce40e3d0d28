"""Which passwords are refused, and what setting one ends."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from cms.accounts import queries
from cms.accounts.actions import passwords, tokens
from cms.accounts.actions.sessions import Device, open_session
from cms.accounts.actions.tokens import DeadLink, Purpose
from cms.accounts.passwords import check_password
from cms.core.errors import Invalid
from tests.accounts.events import verbs
from tests.factories import Make

ABOUT = ("maren.holt@example.com", "maren", "Maren Holt", "The Tide Table")
DEVICE = Device("192.0.2.1", "Firefox")


@pytest.mark.parametrize(
    "password",
    ["", "seven77", "password", "PASSWORD", "12345678", "iloveyou1", "qwertyuiop", "trustno1", "aaaaaaaaaaaa"],
)
def test_short_and_common_passwords_are_refused(password: str) -> None:
    with pytest.raises(Invalid):
        check_password(password, about=ABOUT)


@pytest.mark.parametrize("password", ["marenholt", "MarenHolt1", "thetidetable", "maren.holt@example.com", "2maren!!"])
def test_names_of_the_person_and_the_site_are_refused(password: str) -> None:
    with pytest.raises(Invalid):
        check_password(password, about=ABOUT)


@pytest.mark.parametrize(
    "password",
    [
        "all small letters",
        "7391 5520 1846",
        "Ünïcödé wörds",
        "🜁🜂🜃🜄🜅🜆🜇🜈",
        "x y" * 300,
        "copydesk-demo",
        "maren likes tea",
    ],
)
def test_nothing_is_asked_about_the_characters(password: str) -> None:
    check_password(password, about=ABOUT)


def test_a_thousand_bytes_are_allowed_and_more_are_not() -> None:
    check_password("ab" * 500)

    with pytest.raises(Invalid):
        check_password("ab" * 500 + "c")


def test_a_changed_password_ends_every_other_session(session: Session, make: Make, now: datetime) -> None:
    person = make.user()
    here, secret_here = open_here(session, person, now)
    _there, secret_there = open_here(session, person, now)

    passwords.change_password(session, person, "a new hash", keep=here.id, at=now)

    assert person.password == "a new hash"
    assert queries.live_session(session, secret_here, at=now, idle=timedelta(hours=1)) is not None
    assert queries.live_session(session, secret_there, at=now, idle=timedelta(hours=1)) is None
    assert verbs(session)[-1] == "user.change_password"


def test_a_reset_ends_all_sessions_and_leaves_the_second_factor(session: Session, make: Make, now: datetime) -> None:
    person = make.user(tf_totp_secret="kept", tf_primary_method="authenticator", mf_recovery_codes=["kept"])
    _here, cookie = open_here(session, person, now)
    secret = tokens.issue_reset(session, person, at=now)

    passwords.reset_password(session, secret, "a new hash", at=now)

    assert queries.live_session(session, cookie, at=now, idle=timedelta(hours=1)) is None
    assert (person.tf_totp_secret, person.mf_recovery_codes) == ("kept", ["kept"])


def test_a_changed_password_kills_the_links_that_were_out(session: Session, make: Make, now: datetime) -> None:
    person = make.user()
    reset = tokens.issue_reset(session, person, at=now)
    email = tokens.issue(session, Purpose.EMAIL, at=now, user=person)

    passwords.change_password(session, person, "a new hash", keep=None, at=now)

    for secret, purpose in ((reset, Purpose.RESET), (email, Purpose.EMAIL)):
        with pytest.raises(DeadLink):
            tokens.peek(session, secret, purpose, at=now)


def test_a_link_of_somebody_switched_off_is_dead(session: Session, make: Make, now: datetime) -> None:
    person = make.user()
    secret = tokens.issue_reset(session, person, at=now)
    person.active = False

    with pytest.raises(DeadLink):
        passwords.reset_password(session, secret, "a new hash", at=now)


def test_a_first_password_confirms_the_address(session: Session, make: Make, now: datetime) -> None:
    person = make.user(password=None, confirmed_at=None)
    secret = tokens.issue_reset(session, person, at=now)

    passwords.reset_password(session, secret, "a first hash", at=now)

    assert person.confirmed_at == now
    assert verbs(session)[-1] == "user.first_password"


def open_here(session, person, now):
    return open_session(session, person, DEVICE, at=now, lasts=timedelta(hours=12), remembered=False, via="password")


def test_a_password_is_measured_as_it_will_be_kept() -> None:
    """A single sign may stand for a phrase of eighteen letters."""
    check_password("correct horse" + "\ufdfa" * 25, about=ABOUT)

    with pytest.raises(Invalid, match="bytes"):
        check_password("\ufdfa" * 327 + "abcd3fgh", about=ABOUT)
