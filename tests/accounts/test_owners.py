"""Owners: one is made from outside, and the last one stays."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.actions import people
from cms.accounts.models import OWNER, User
from cms.accounts.queries import is_owner
from cms.core.errors import Conflict, Invalid, NotAllowed
from tests.accounts.conftest import AtOnce
from tests.factories import Make


def test_an_owner_made_from_outside_can_sign_in_at_once(session: Session, now: datetime) -> None:
    owner = people.create_owner(
        session,
        email="first@example.com",
        username="first",
        password="a long enough one",
        hash_password=lambda password: f"hash of {password}",
        at=now,
    )

    assert (owner.active, owner.password, owner.confirmed_at) == (True, "hash of a long enough one", now)
    assert [role.name for role in owner.roles] == [OWNER]


def test_an_owner_made_from_outside_needs_a_good_password_too(session: Session, now: datetime) -> None:
    with pytest.raises(Invalid):
        people.create_owner(
            session, email="a@example.com", username="a", password="password1", hash_password=str, at=now
        )


def test_the_last_active_owner_keeps_the_role_and_the_account(session: Session, make: Make, now: datetime) -> None:
    last = make.owner()
    other = make.owner()
    people.deactivate(session, other, by=last, at=now)
    acting = make.user("owner", active=True)
    session.flush()
    people.set_roles(session, last, [], by=acting, at=now)

    with pytest.raises(Conflict):
        people.deactivate(session, acting, by=acting, at=now)
    with pytest.raises(NotAllowed):
        people.set_roles(session, acting, [], by=acting, at=now)


def test_of_six_owners_who_demote_each_other_at_once_one_stays(
    session: Session, make: Make, now: datetime, at_once: AtOnce
) -> None:
    owners = [make.owner().id for _number in range(6)]
    session.commit()

    def demote_the_next(own: Session, id: int) -> None:
        by, other = own.get_one(User, id), own.get_one(User, owners[(owners.index(id) + 1) % 6])
        people.set_roles(own, other, [], by=by, at=now)

    outcomes = at_once(demote_the_next, owners)

    session.expire_all()
    left = list(session.scalars(select(User.id).where(is_owner(), User.active)))
    assert len(left) >= 1
    assert len(left) == 6 - sum(outcome is None for outcome in outcomes)
    assert all(isinstance(outcome, NotAllowed | Conflict) for outcome in outcomes if outcome is not None)


def test_of_six_owners_whom_one_manager_of_each_removes_at_once_one_stays(
    session: Session, make: Make, now: datetime, at_once: AtOnce
) -> None:
    owners = [make.owner().id for _number in range(6)]
    session.commit()

    def switch_off_the_next(own: Session, id: int) -> None:
        by, other = own.get_one(User, id), own.get_one(User, owners[(owners.index(id) + 1) % 6])
        people.deactivate(own, other, by=by, at=now)

    at_once(switch_off_the_next, owners)

    session.expire_all()
    assert len(list(session.scalars(select(User.id).where(is_owner(), User.active)))) >= 1
