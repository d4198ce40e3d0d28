"""People in the back office: added, invited and changed, and what a form cannot do to them."""

import re

import pytest
from flask import Flask
from flask_mailman import EmailMessage
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.core.permissions import Permission
from tests.admin.users import LIST, path_in
from tests.browser import Browser
from tests.factories import Make

P = Permission


def test_a_person_is_added_and_chooses_a_first_password(
    desk: Browser, session: Session, make: Make, outbox: list[EmailMessage], app: Flask
) -> None:
    answer = desk.post(
        f"{LIST}new/",
        {
            "email": "New@example.com",
            "username": "newcomer",
            "display_name": "New Comer",
            "roles": ["", str(make.roles["contributor"].id)],
        },
    )

    person = session.scalars(select(User).where(User.username == "newcomer")).one()
    session.commit()
    assert answer.location == f"{LIST}details/?id={person.id}"
    assert (person.email, person.password) == ("new@example.com", None)
    assert [role.name for role in person.roles] == ["contributor"]
    newcomer = Browser(app)
    link = path_in(outbox[-1])
    assert outbox[-1].to == ["new@example.com"]
    assert newcomer.get(link).status_code == 200
    newcomer.post(link, {"password": "a first long one"})
    assert newcomer.sign_in(person, "a first long one").get("/admin/posts/").status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "nothing"), ("email", ""), ("username", "admin"), ("display_name", "n" * 81), ("roles", "2147483647")],
)
def test_what_is_wrong_stands_beside_its_field(
    desk: Browser, session: Session, outbox: list[EmailMessage], field: str, value: str
) -> None:
    wanted = {"email": "new@example.com", "username": "newcomer", "display_name": "", "roles": ""}

    page = desk.post(f"{LIST}new/", wanted | {field: value})

    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert outbox == []


def test_a_person_is_changed_and_the_old_address_is_told(
    desk: Browser, session: Session, make: Make, outbox: list[EmailMessage]
) -> None:
    person = make.user("author", email="old@example.com")
    session.commit()

    desk.post(
        f"{LIST}edit/?id={person.id}",
        {
            "version": str(person.version),
            "email": "new@example.com",
            "username": "renamed",
            "display_name": "Re Named",
            "roles": ["", str(make.roles["moderator"].id)],
        },
    )

    session.expire_all()
    assert (person.email, person.username, person.display_name) == ("new@example.com", "renamed", "Re Named")
    assert [role.name for role in person.roles] == ["moderator"]
    assert outbox[-1].to == ["old@example.com"]


def test_who_was_invited_under_a_wrong_address_is_invited_again_under_the_right_one(
    desk: Browser, session: Session, make: Make, outbox: list[EmailMessage], app: Flask
) -> None:
    desk.post(f"{LIST}new/", {"email": "wrong@example.com", "username": "newcomer", "roles": ""})
    person = session.scalars(select(User).where(User.username == "newcomer")).one()
    session.commit()
    stray = path_in(outbox[-1])

    desk.post(f"{LIST}edit/?id={person.id}", {"email": "right@example.com"})

    assert outbox[-1].to == ["right@example.com"]
    stranger = Browser(app)
    assert stranger.get(stray).status_code == 400
    assert stranger.get(path_in(outbox[-1])).status_code == 200


def test_the_desk_does_not_change_ones_own_address(desk: Browser, session: Session, owner: User) -> None:
    """An open screen would be enough to take an account over."""
    page = desk.get(f"{LIST}edit/?id={owner.id}")
    desk.post(f"{LIST}edit/?id={owner.id}", {"email": "elsewhere@example.com", "display_name": "Renamed"})

    session.expire_all()
    assert owner.email != "elsewhere@example.com"
    assert owner.display_name == "Renamed"
    assert 'name="email"' not in page.text
    assert 'href="/account/security"' in page.text


def test_a_field_that_was_not_sent_stays(desk: Browser, session: Session, make: Make) -> None:
    person = make.user("author", bio="Kept.")
    session.commit()

    desk.post(f"{LIST}edit/?id={person.id}", {"display_name": "Only this"})

    session.expire_all()
    assert (person.display_name, person.bio, person.active) == ("Only this", "Kept.", True)
    assert [role.name for role in person.roles] == ["author"]


def test_all_roles_can_be_taken_away(desk: Browser, session: Session, make: Make) -> None:
    person = make.user("author")
    session.commit()

    desk.post(f"{LIST}edit/?id={person.id}", {"roles": ""})

    session.expire_all()
    assert person.roles == []


def test_a_second_save_on_an_old_version_is_a_conflict(desk: Browser, session: Session, make: Make) -> None:
    person = make.user()
    session.commit()
    version = str(person.version)
    desk.post(f"{LIST}edit/?id={person.id}", {"version": version, "display_name": "First"})

    page = desk.post(f"{LIST}edit/?id={person.id}", {"version": version, "display_name": "Second"})

    assert page.status_code == 409
    assert 'value="Second"' in page.text
    session.expire_all()
    assert person.display_name == "First"


def test_nobody_sets_what_is_not_on_the_form(desk: Browser, session: Session, make: Make) -> None:
    person = make.user("author", tf_totp_secret="kept")
    session.commit()
    before = person.password

    desk.post(
        f"{LIST}edit/?id={person.id}",
        {
            "display_name": "X",
            "password": "x",
            "tf_totp_secret": "",
            "fs_uniquifier": "x",
            "anonymised_at": "2026-01-01",
        },
    )

    session.expire_all()
    assert (person.password, person.tf_totp_secret, person.anonymised_at) == (before, "kept", None)


def test_a_manager_cannot_promote_themselves_or_touch_an_owner(
    browser: Browser, session: Session, make: Make, owner: User
) -> None:
    manager = make.user(make.role(P.USER_VIEW, P.USER_MANAGE))
    session.commit()
    browser.sign_in(manager)
    owners_role = str(make.roles["owner"].id)

    for path, values in (
        (f"{LIST}edit/?id={manager.id}", {"roles": ["", owners_role]}),
        (f"{LIST}edit/?id={owner.id}", {"email": "mine@example.com"}),
        (f"{LIST}new/", {"email": "a@example.com", "username": "helper", "roles": ["", owners_role]}),
        (f"{LIST}{owner.id}/deactivate", {}),
        (f"{LIST}{owner.id}/send-link", {}),
        (f"{LIST}delete/", {"id": str(owner.id), "outcome": "keep"}),
    ):
        answer = browser.post(path, values)
        assert answer.status_code == 403, path
    session.expire_all()
    assert [role.name for role in owner.roles] == ["owner"]
    assert owner.active
    assert session.scalar(select(func.count()).select_from(User).where(User.username == "helper")) == 0


def test_a_role_that_one_may_not_take_away_stays_when_the_form_is_saved(
    browser: Browser, session: Session, make: Make
) -> None:
    small, big = make.role(P.COMMENT_MODERATE), make.role(P.USER_MANAGE, P.POST_EDIT)
    manager = make.user(make.role(P.USER_VIEW, P.USER_MANAGE, P.COMMENT_MODERATE))
    person = make.user(small)
    session.commit()
    browser.sign_in(manager)

    page = browser.get(f"{LIST}edit/?id={person.id}").text
    assert re.search(rf'id="role-{big.id}"[^>]* disabled', page)
    assert f'id="role-{big.id}-why"' in page
    browser.post(f"{LIST}edit/?id={person.id}", {"roles": ""})

    session.expire_all()
    assert person.roles == []


def test_a_taken_address_does_not_hide_a_taken_username(desk: Browser, session: Session, make: Make) -> None:
    make.user(email="taken@example.com", username="taken")
    session.commit()

    page = desk.post(f"{LIST}new/", {"email": "taken@example.com", "username": "taken", "roles": ""})

    assert 'id="email-error"' in page.text
    assert 'id="username-error"' in page.text


def test_whoever_is_let_in_without_a_role_is_said_to_have_none(desk: Browser, session: Session, make: Make) -> None:
    waiting = make.user(active=False, approval_requested_at=make.at, display_name="New Comer")
    session.commit()

    desk.post(f"{LIST}{waiting.id}/activate")
    assert "New Comer has no role" in desk.get(LIST).text

    desk.post(f"{LIST}new/", {"email": "other@example.com", "username": "other", "roles": ""})
    assert "other has no role" in desk.get(LIST).text
