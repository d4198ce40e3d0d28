"""Signing up, and setting an empty site up."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.actions import joining, tokens
from cms.accounts.actions.tokens import DeadLink
from cms.accounts.models import OWNER, SingleUseToken, User
from cms.core.errors import CmsError, Conflict, Invalid
from tests.accounts.conftest import AtOnce
from tests.accounts.events import events, verbs
from tests.factories import Make

WANTED = {"email": "new@example.com", "username": "newcomer", "display_name": "New Comer", "hashed": "a hash"}
OWNER_WANTED = {
    "username": "first",
    "display_name": "",
    "password": "a long enough one",
    "hash_password": lambda password: "a hash",
    "site_title": "The Tide Table",
}


def ask(session: Session, at: datetime, **values: Any) -> str | None:
    return joining.ask_for_account(session, **WANTED | values, at=at)


def test_asking_makes_no_account(session: Session, now: datetime) -> None:
    secret = ask(session, now)

    assert secret
    assert list(session.scalars(select(User))) == []


def test_the_link_makes_the_account(session: Session, now: datetime) -> None:
    person = joining.confirm_account(session, ask(session, now) or "", approval=False, at=now)

    assert (person.email, person.username, person.password, person.active) == (
        "new@example.com",
        "newcomer",
        "a hash",
        True,
    )
    assert person.confirmed_at == now
    assert person.roles == []
    assert verbs(session) == ["user.sign_up"]


def test_with_approval_the_account_waits(session: Session, now: datetime) -> None:
    person = joining.confirm_account(session, ask(session, now) or "", approval=True, at=now)

    assert (person.active, person.approval_requested_at) == (False, now)


def test_an_address_that_has_an_account_gets_no_link(session: Session, make: Make, now: datetime) -> None:
    make.user(email="new@example.com")

    assert ask(session, now, email="New@Example.com") is None
    assert list(session.scalars(select(SingleUseToken))) == []


def test_somebody_elses_request_for_the_same_address_changes_nothing_of_mine(session: Session, now: datetime) -> None:
    mine = ask(session, now) or ""
    ask(session, now, username="attacker", hashed="the attacker's hash")

    assert joining.confirm_account(session, mine, approval=False, at=now).password == "a hash"


def test_of_two_links_for_one_address_the_second_is_dead(session: Session, now: datetime) -> None:
    first, second = ask(session, now) or "", ask(session, now, username="another") or ""
    joining.confirm_account(session, first, approval=False, at=now)

    with pytest.raises(DeadLink):
        joining.confirm_account(session, second, approval=False, at=now)


def test_a_username_taken_meanwhile_is_said(session: Session, make: Make, now: datetime) -> None:
    secret = ask(session, now) or ""
    make.user(username="newcomer")

    with pytest.raises(Invalid):
        joining.confirm_account(session, secret, approval=False, at=now)


def test_the_first_owner_gets_a_site(session: Session, now: datetime) -> None:
    secret = tokens.issue_set_up(session, at=now)

    owner = joining.first_owner(session, secret, email="first@example.com", **OWNER_WANTED, at=now)

    assert [role.name for role in owner.roles] == [OWNER]
    assert events(session)[-1].verb == "user.create"


def test_afterwards_the_door_is_shut_for_ever(session: Session, now: datetime) -> None:
    secret = tokens.issue_set_up(session, at=now)
    owner = joining.first_owner(session, secret, email="first@example.com", **OWNER_WANTED, at=now)
    owner.active = False
    session.flush()

    with pytest.raises(Conflict):
        tokens.issue_set_up(session, at=now)
    with pytest.raises(Conflict):
        joining.first_owner(session, secret, email="second@example.com", **OWNER_WANTED, at=now)


def test_a_second_set_up_link_replaces_the_first(session: Session, now: datetime) -> None:
    first = tokens.issue_set_up(session, at=now)
    tokens.issue_set_up(session, at=now)

    with pytest.raises(DeadLink):
        joining.first_owner(session, first, email="first@example.com", **OWNER_WANTED, at=now)


def test_of_ten_who_set_up_at_once_exactly_one_becomes_the_owner(
    session: Session, now: datetime, at_once: AtOnce
) -> None:
    secret = tokens.issue_set_up(session, at=now)
    session.commit()

    def become_owner(own: Session, number: int) -> int:
        values = OWNER_WANTED | {"username": f"first{number}"}
        return joining.first_owner(own, secret, email=f"first{number}@example.com", **values, at=now).id

    outcomes = at_once(become_owner, list(range(10)))

    assert sum(isinstance(outcome, int) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, CmsError) for outcome in outcomes) == 9
    assert len(list(session.scalars(select(User)))) == 1
