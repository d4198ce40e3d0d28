"""Signing up: whoever asks learns nothing about an address from the page."""

import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.web.worker import drain
from tests.account.conftest import Another, Outbox, SetSetting
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make
from tests.listening import Hashing

WANTED = {
    "email": "New@example.com",
    "username": "newcomer",
    "display_name": "New Comer",
    "password": "a long enough one",
}


@pytest.fixture
def open_site(set_setting: SetSetting) -> None:
    set_setting("sign_up", "open")


def test_a_closed_site_says_so(browser: Browser, session: Session) -> None:
    assert browser.get("/register").status_code == 403
    assert browser.post("/register", WANTED).status_code == 403
    assert "/register" not in browser.get("/login").text


def test_somebody_signs_up_confirms_and_is_in(
    browser: Browser, session: Session, open_site: None, outbox: Outbox
) -> None:
    assert 'href="/register"' in browser.get("/login").text
    asked = browser.post("/register", WANTED)
    assert (asked.status_code, asked.location) == (302, "/register/sent")
    assert browser.get("/register/sent").status_code == 200
    assert list(session.scalars(select(User))) == []
    session.commit()

    link = outbox.link_to("new@example.com")
    page = browser.get(link)
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    done = browser.post(link, {"password": WANTED["password"]})

    assert (done.status_code, done.location) == (302, "/")
    assert browser.get("/account").status_code == 200
    person = session.scalars(select(User)).one()
    assert (person.email, person.username, person.display_name) == ("new@example.com", "newcomer", "New Comer")


@pytest.mark.parametrize("address", ["é" * 60 + "@example.com", "ü@exämple.com", "用户@例子.广告", "I\u0307@x.example"])
def test_an_address_that_no_mail_can_go_to_is_answered_like_any_other(
    browser: Browser, open_site: None, outbox: Outbox, address: str
) -> None:
    """What was written down waits for a link that nobody gets."""
    assert browser.post("/register", WANTED | {"email": address}).location == "/register/sent"
    assert browser.post("/reset", {"email": address}).location == "/reset/sent"


def test_opening_the_link_alone_makes_no_account(
    browser: Browser, session: Session, open_site: None, outbox: Outbox
) -> None:
    browser.post("/register", WANTED)

    browser.get(outbox.link_to("new@example.com"))
    wrong = browser.post(outbox.link_to("new@example.com"), {"password": "somebody else’s"})

    assert wrong.status_code == 422
    assert list(session.scalars(select(User))) == []


def test_the_link_works_once(
    browser: Browser, another: Another, session: Session, open_site: None, outbox: Outbox
) -> None:
    browser.post("/register", WANTED)
    link = outbox.link_to("new@example.com")
    browser.post(link, {"password": WANTED["password"]})

    assert another().post(link, {"password": WANTED["password"]}).status_code == 400


def test_with_approval_somebody_has_to_say_yes(
    browser: Browser, session: Session, make: Make, set_setting: SetSetting, outbox: Outbox
) -> None:
    set_setting("sign_up", "approval")
    owner = make.owner()
    session.commit()
    browser.post("/register", WANTED)

    browser.post(outbox.link_to("new@example.com"), {"password": WANTED["password"]})

    assert "New Comer" in outbox.to(owner.email)[-1].body
    waiting = browser.post("/login", {"email": WANTED["email"], "password": WANTED["password"]})
    assert waiting.status_code == 422
    assert "waits for approval" in waiting.text
    assert "waits for approval" not in browser.post("/login", {"email": WANTED["email"], "password": "wrong"}).text


def test_known_and_unknown_addresses_are_answered_alike(
    browser: Browser, another: Another, session: Session, make: Make, open_site: None, outbox: Outbox
) -> None:
    known = make.user()
    session.commit()

    for_known = browser.post("/register", WANTED | {"email": known.email.upper()})
    for_unknown = another().post("/register", WANTED | {"username": "another"})

    assert (for_known.status_code, for_known.location) == (for_unknown.status_code, for_unknown.location)
    assert "which has one" in outbox.to(known.email)[-1].body
    assert "/register/" not in outbox.to(known.email)[-1].body
    assert "/register/" in outbox.to("new@example.com")[-1].body


def test_known_and_unknown_addresses_take_the_work_of_one_hash_and_one_letter(
    browser: Browser, session: Session, make: Make, open_site: None, outbox: Outbox, hashing: Hashing
) -> None:
    known = make.user().email
    session.commit()

    for email in (known, "nobody@example.com"):
        hashing.clear()
        letters = len(outbox.sent)
        assert browser.post("/register", WANTED | {"email": email}).status_code == 302
        assert hashing == [("a new hash", len(WANTED["password"]))]
        assert len(outbox.sent) == letters + 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "nothing"),
        ("email", "x" * 300 + "@example.com"),
        ("username", "admin"),
        ("username", "two words"),
        ("username", "x" * 41),
        ("display_name", "n" * 81),
        ("display_name", "a\x07bell"),
        ("password", "password1"),
        ("password", "short"),
        ("password", "newcomer"),
        ("password", "x" * 1001),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    browser: Browser, session: Session, open_site: None, outbox: Outbox, field: str, value: str
) -> None:
    page = browser.post("/register", WANTED | {field: value})

    assert page.status_code == 422
    assert re.search(rf'aria-invalid="true"[^>]* id="{field}"|id="{field}"[^>]* aria-invalid="true"', page.text)
    assert outbox.sent == []


def test_nobodys_letter_box_can_be_filled(browser: Browser, session: Session, open_site: None, outbox: Outbox) -> None:
    answers = [
        browser.post("/register", WANTED, environ_overrides={"REMOTE_ADDR": f"192.0.2.{number}"}).status_code
        for number in range(8)
    ]

    assert answers == [302] * 8
    assert len(outbox.to("new@example.com")) == 5


def test_one_address_makes_us_write_only_so_often(
    browser: Browser, session: Session, open_site: None, outbox: Outbox
) -> None:
    answers = [
        browser.post("/register", WANTED | {"email": f"person{number}@example.com"}).status_code for number in range(21)
    ]

    assert answers == [302] * 20 + [429]


def test_whose_name_was_taken_before_they_confirmed_is_asked_for_another(
    browser: Browser, session: Session, make: Make, open_site: None, outbox: Outbox
) -> None:
    browser.post("/register", WANTED)
    make.user(username="newcomer")
    session.commit()
    link = outbox.link_to("new@example.com")

    asked = browser.post(link, {"password": WANTED["password"]})

    assert asked.status_code == 422
    assert "This username is taken" in asked.text
    assert 'name="username"' in asked.text
    again = browser.post(link, {"password": WANTED["password"], "username": "newcomer"})
    assert again.status_code == 422
    assert 'name="username"' in again.text
    assert browser.post(link, {"password": WANTED["password"], "username": "latecomer"}).status_code == 302
    assert session.scalars(select(User.username).where(User.email == "new@example.com")).one() == "latecomer"


def test_whoever_manages_people_is_told_however_many_they_are_without_a_query_for_each(
    app: Flask, browser: Browser, session: Session, make: Make, set_setting: SetSetting, outbox: Outbox
) -> None:
    set_setting("sign_up", "approval")
    owners = [make.owner()]
    session.commit()
    costs = []
    for wanted in ("first", "second"):
        mail = f"{wanted}@example.com"
        browser.post("/register", WANTED | {"email": mail, "username": wanted})
        confirmed = {"csrf_token": browser.token(), "password": WANTED["password"]}
        with counted(session.get_bind()) as asked:
            browser.client.post(outbox.link_to(mail), data=confirmed)  # its mail is sent afterwards
        drain(app)
        costs.append(len(asked))
        owners += [make.owner() for _number in range(4)]
        session.commit()

    assert costs[0] == costs[1]
    assert all(outbox.to(owner.email) for owner in owners[:5])


def test_all_that_is_wrong_is_said_at_once_and_above_the_form(
    browser: Browser, session: Session, make: Make, open_site: None
) -> None:
    make.user(username="newcomer")
    session.commit()

    mixed = browser.post("/register", {"email": "notmail", "username": "", "password": ""})
    taken = browser.post("/register", WANTED | {"email": "notmail", "password": "password"})

    assert re.findall(r'<li><a href="#(\w+)">', mixed.text) == ["email", "username", "password"]
    assert re.findall(r'<li><a href="#(\w+)">', taken.text) == ["email", "username", "password"]
    for page in (mixed.text, taken.text):
        assert "3 fields need your attention" in page
        assert page.count('aria-invalid="true"') == 3
        assert '<section class="faults" id="faults" tabindex="-1"' in page
