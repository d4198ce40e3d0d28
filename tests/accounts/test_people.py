"""Adding and changing people: nobody gives what they lack, and names and addresses are one person's."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.actions import people
from cms.accounts.actions.passwords import whose_link
from cms.accounts.actions.tokens import DeadLink
from cms.accounts.models import Role, SingleUseToken, User, UserSession
from cms.core.errors import Conflict, Invalid, NotAllowed
from cms.core.permissions import Permission
from tests.accounts.events import events, verbs
from tests.factories import Make

P = Permission


@pytest.fixture
def manager(make: Make) -> User:
    """May manage people, and nothing else but edit posts."""
    return make.user(make.role(P.USER_VIEW, P.USER_MANAGE, P.POST_EDIT))


def role_named(make: Make, name: str) -> Role:
    return make.roles[name]


def test_an_owner_adds_a_person_who_has_no_password_yet(session: Session, make: Make, now: datetime) -> None:
    person, secret = people.invite(
        session,
        email="New.Person@Example.com",
        username="NewPerson",
        display_name="New Person",
        roles=[role_named(make, "author")],
        by=make.owner(),
        at=now,
    )

    assert (person.email, person.username, person.password) == ("new.person@example.com", "newperson", None)
    assert session.scalars(select(SingleUseToken)).one().user_id == person.id
    assert len(secret) >= 43


def test_the_address_of_a_new_person_is_only_in_the_erasable_record(
    session: Session, make: Make, now: datetime
) -> None:
    people.invite(session, email="new@example.com", username="new", roles=[], by=make.owner(), at=now)

    event = events(session)[-1]
    assert event.verb == "user.invite"
    assert "new@example.com" not in str(event.changes)
    assert event.personal is not None
    assert event.personal.values == {"email": [None, "new@example.com"], "username": [None, "new"]}


def test_whoever_may_not_manage_people_adds_nobody(session: Session, make: Make, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        people.invite(session, email="new@example.com", username="new", by=make.editor(), at=now)


def test_nobody_gives_a_role_with_a_right_that_they_lack(
    session: Session, make: Make, manager: User, now: datetime
) -> None:
    for name in ("editor", "owner"):
        with pytest.raises(NotAllowed):
            people.invite(
                session, email="a@example.com", username="a", roles=[role_named(make, name)], by=manager, at=now
            )


def test_nobody_changes_a_person_of_higher_rank(session: Session, make: Make, manager: User, now: datetime) -> None:
    owner = make.owner()

    for act in (
        lambda: people.update(session, owner, {"email": "mine@example.com"}, base_version=1, by=manager, at=now),
        lambda: people.deactivate(session, owner, by=manager, at=now),
        lambda: people.set_roles(session, owner, [], by=manager, at=now),
        lambda: people.invite_again(session, owner, by=manager, at=now),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_nobody_changes_their_own_roles(session: Session, make: Make, now: datetime) -> None:
    make.owner()
    owner = make.owner()

    with pytest.raises(NotAllowed):
        people.set_roles(session, owner, [role_named(make, "editor")], by=owner, at=now)


def test_roles_are_given_and_taken_and_recorded(session: Session, make: Make, now: datetime) -> None:
    person = make.user("author")

    people.set_roles(session, person, [role_named(make, "moderator")], by=make.owner(), at=now)

    event = events(session)[-1]
    assert person.roles == [role_named(make, "moderator")]
    assert (event.verb, event.changes) == ("user.set_roles", {"roles": [["author"], ["moderator"]]})


def test_saving_the_same_roles_again_records_nothing(session: Session, make: Make, now: datetime) -> None:
    people.set_roles(session, make.user("author"), [role_named(make, "author")], by=make.owner(), at=now)

    assert events(session) == []


def test_switching_off_ends_sessions_and_links(session: Session, make: Make, now: datetime) -> None:
    owner, person = make.owner(), make.user("editor")
    people.invite_again(session, person, by=owner, at=now)
    session.add(
        UserSession(
            user_id=person.id, digest="d" * 64, created_at=now, last_seen_at=now, expires_at=now.replace(year=2027)
        )
    )

    people.deactivate(session, person, by=owner, at=now)

    assert session.scalars(select(UserSession)).one().revoked_at == now
    assert list(session.scalars(select(SingleUseToken))) == []
    assert verbs(session)[-1] == "user.deactivate"


def test_a_person_switched_off_comes_back(session: Session, make: Make, now: datetime) -> None:
    owner, person = make.owner(), make.user("editor", active=False)

    people.activate(session, person, by=owner, at=now)

    assert person.active
    assert verbs(session) == ["user.activate"]


def test_a_yes_to_somebody_who_waits_is_recorded_as_such(session: Session, make: Make, now: datetime) -> None:
    person = make.user(active=False, approval_requested_at=now)

    people.activate(session, person, by=make.owner(), at=now)

    assert (person.active, person.approval_requested_at) == (True, None)
    assert verbs(session) == ["user.approve"]


def test_two_people_saving_the_same_account_do_not_overwrite_each_other(
    session: Session, make: Make, now: datetime
) -> None:
    owner, person = make.owner(), make.user()
    session.flush()
    seen = person.version
    people.update(session, person, {"display_name": "First"}, base_version=seen, by=owner, at=now)
    session.flush()

    with pytest.raises(Conflict):
        people.update(session, person, {"display_name": "Second"}, base_version=seen, by=owner, at=now)

    assert person.display_name == "First"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "not an address"),
        ("email", "a@b@c"),
        ("email", "x" * 250 + "@example.com"),
        ("email", "line\nbreak@example.com"),
        ("email", "ΐ" * 32 + "@" + "a" * 60 + "." + "b" * 60 + "." + "c" * 60 + ".org"),  # its small form is longer
        ("username", "admin"),
        ("username", "two words"),
        ("username", "pаypal"),  # a Cyrillic а
        ("username", "z" * 41),
        ("username", ""),
        ("display_name", "n" * 81),
        ("display_name", "two\nlines"),
        ("bio", "b" * 1001),
        ("timezone", "Mars/Olympus"),
    ],
)
def test_bad_values_are_refused_beside_their_field(
    session: Session, make: Make, now: datetime, field: str, value: str
) -> None:
    person = make.user()

    with pytest.raises(Invalid) as refusal:
        people.update(session, person, {field: value}, base_version=person.version, by=make.owner(), at=now)

    assert set(refusal.value.fields) <= {field}


def test_names_that_look_alike_are_one(session: Session, make: Make, now: datetime) -> None:
    owner = make.owner()
    people.invite(session, email="one@example.com", username="cepa", by=owner, at=now)

    for twin in ("CEPA", "ｃｅｐａ", "сера"):  # full width; Cyrillic
        with pytest.raises(Invalid):
            people.invite(session, email="two@example.com", username=twin, by=owner, at=now)


def test_a_name_whose_small_form_is_longer_fits_its_column(session: Session, make: Make, now: datetime) -> None:
    person, _link = people.invite(session, email="one@example.com", username="ΐ" * 40, by=make.owner(), at=now)
    session.commit()

    assert person.username == "ΐ" * 40


def test_an_address_is_one_persons_in_whatever_case(session: Session, make: Make, now: datetime) -> None:
    make.user(email="one@example.com")

    with pytest.raises(Invalid):
        people.invite(session, email="ONE@Example.COM", username="other", by=make.owner(), at=now)


def test_a_changed_address_kills_links_to_the_old_one(session: Session, make: Make, now: datetime) -> None:
    owner, person = make.owner(), make.user()
    people.invite_again(session, person, by=owner, at=now)

    people.update(session, person, {"email": "new@example.com"}, base_version=person.version, by=owner, at=now)

    assert list(session.scalars(select(SingleUseToken))) == []
    assert events(session)[-1].changes == {"email": ["changed", "changed"]}


def test_an_invitation_sent_to_a_wrong_address_dies_when_the_address_is_put_right(
    session: Session, make: Make, now: datetime
) -> None:
    owner = make.owner()
    person, secret = people.invite(session, email="wrong@example.com", username="newcomer", by=owner, at=now)

    people.update(session, person, {"email": "right@example.com"}, base_version=person.version, by=owner, at=now)

    with pytest.raises(DeadLink):
        whose_link(session, secret, at=now)


def test_ones_own_address_is_not_changed_without_the_password(
    session: Session, make: Make, manager: User, now: datetime
) -> None:
    for person in (manager, make.owner()):
        changes = {"display_name": "Somebody", "email": "elsewhere@example.com"}
        with pytest.raises(NotAllowed, match="password"):
            people.update(session, person, changes, base_version=person.version, by=person, at=now)
