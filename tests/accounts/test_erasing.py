"""Erasing a person: who they were goes, what they did stays."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from cms.accounts.actions import erasing, joining, people, tokens
from cms.accounts.actions.sessions import Device, open_session
from cms.accounts.models import SingleUseToken, User, UserSession, WebAuthn
from cms.audit.batches import DONE, RowResult, begin_batch, end_batch, results_of
from cms.audit.models import EventPersonal
from cms.core.errors import Conflict, NotAllowed
from tests.accounts.events import verbs
from tests.factories import Make


@pytest.fixture
def person(session: Session, make: Make, now: datetime) -> User:
    """Somebody with everything that can be known of a person."""
    person = make.user(
        "author",
        email="maren@example.com",
        username="maren",
        display_name="Maren Holt",
        bio="Lives in Holt.",
        tf_totp_secret="secret",
        mf_recovery_codes=["code"],
        timezone="Europe/Oslo",
    )
    open_session(
        session, person, Device("192.0.2.77", "Maren’s phone"), at=now, lasts=timedelta(1), remembered=True, via="code"
    )
    tokens.issue_reset(session, person, at=now)
    person.webauthn.append(
        WebAuthn(
            credential_id=b"1",
            public_key=b"2",
            backup_state=True,
            device_type="multi_device",
            lastuse_datetime=now,
            create_datetime=now,
            name="Maren’s key",
            usage="first",
        )
    )
    session.flush()
    return person


def test_nothing_of_the_person_is_left_in_their_row(session: Session, make: Make, person: User, now: datetime) -> None:
    erasing.anonymise(session, person, by=make.owner(), at=now)
    session.flush()

    row = str(session.execute(text("SELECT * FROM users WHERE id = :id"), {"id": person.id}).one()).casefold()
    assert [word for word in ("maren", "holt", "secret", "oslo", "argon2") if word in row] == []
    assert (person.active, person.roles, person.webauthn) == (False, [], [])


def test_sessions_links_and_private_values_of_events_are_deleted(
    session: Session, make: Make, person: User, now: datetime
) -> None:
    owner = make.owner()
    people.update(session, person, {"email": "holt@example.com"}, base_version=person.version, by=owner, at=now)

    erasing.anonymise(session, person, by=owner, at=now)

    assert list(session.scalars(select(UserSession))) == []
    assert list(session.scalars(select(SingleUseToken))) == []
    assert list(session.scalars(select(EventPersonal))) == []
    assert verbs(session) == ["user.sign_in", "user.edit", "user.anonymise"]


def test_no_name_of_theirs_is_left_in_the_record(session: Session, make: Make, person: User, now: datetime) -> None:
    owner = make.owner()
    people.update(session, person, {"display_name": "Maren H."}, base_version=person.version, by=owner, at=now)
    people.deactivate(session, person, by=owner, at=now)
    batch = begin_batch(session, "users", "deactivate", by=owner, at=now)
    end_batch(session, batch, [RowResult(person.id, str(person), DONE), RowResult(owner.id, "Somebody", DONE)])

    erasing.anonymise(session, person, by=owner, at=now)
    session.commit()

    tables = ("events", "event_personal", "batches")
    left = str([session.execute(text(f"SELECT * FROM {table}")).all() for table in tables]).casefold()
    assert [word for word in ("maren", "holt") if word in left] == []
    assert [row.label for row in results_of(batch)] == ["Deleted person", "Somebody"]


def test_their_posts_stay(session: Session, make: Make, person: User, now: datetime) -> None:
    post = make.post(author=person)

    erasing.anonymise(session, person, by=make.owner(), at=now)

    session.expire_all()
    assert post.author_id == person.id


def test_such_an_account_never_comes_back(session: Session, make: Make, person: User, now: datetime) -> None:
    owner = make.owner()
    erasing.anonymise(session, person, by=owner, at=now)

    with pytest.raises(Conflict):
        people.activate(session, person, by=owner, at=now)


def test_the_last_owner_cannot_be_erased(session: Session, make: Make, now: datetime) -> None:
    owner = make.owner()

    with pytest.raises(Conflict):
        erasing.anonymise(session, owner, by=owner, at=now)


def test_only_whoever_may_manage_the_person_erases_them(
    session: Session, make: Make, person: User, now: datetime
) -> None:
    with pytest.raises(NotAllowed):
        erasing.anonymise(session, person, by=make.editor(), at=now)


def test_erasing_twice_is_once(session: Session, make: Make, person: User, now: datetime) -> None:
    owner = make.owner()
    erasing.anonymise(session, person, by=owner, at=now)
    erasing.anonymise(session, person, by=owner, at=now)

    assert verbs(session).count("user.anonymise") == 1


def test_nothing_is_left_in_a_link_that_was_used(session: Session, make: Make, now: datetime) -> None:
    secret = joining.ask_for_account(
        session, email="maren@example.com", username="maren", display_name="Maren Holt", hashed="argon2", at=now
    )
    person = joining.confirm_account(session, secret or "", approval=False, at=now)

    erasing.anonymise(session, person, by=make.owner(), at=now)
    session.flush()

    kept = str(session.execute(text("SELECT * FROM single_use_tokens")).all())
    assert [word for word in ("maren", "Holt", "argon2") if word in kept] == []
