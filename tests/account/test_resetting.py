"""A new password by mail."""

import time
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from cms.account.resetting import EQUAL_SECONDS
from tests.account.conftest import Another, Later, Outbox
from tests.accounts.events import verbs
from tests.browser import Browser
from tests.factories import Make

NEW = "another long one"


def test_a_forgotten_password_is_set_anew(
    browser: Browser, another: Another, session: Session, make: Make, outbox: Outbox
) -> None:
    person = make.user()
    session.commit()
    elsewhere = another().sign_in(person)

    asked = browser.post("/reset", {"email": person.email.upper()})
    link = outbox.link_to(person.email)
    page = browser.get(link)
    done = browser.post(link, {"password": NEW})

    assert asked.location == "/reset/sent"
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert done.location == "/login"
    assert elsewhere.get("/account").status_code == 302
    assert browser.get("/account").status_code == 302
    assert browser.sign_in(person, NEW).get("/account").status_code == 200
    assert "user.reset_password" in verbs(session)
    assert "changed" in outbox.to(person.email)[-1].body


def test_the_link_goes_to_the_configured_address_whatever_the_host_says(
    browser: Browser, session: Session, make: Make, outbox: Outbox
) -> None:
    person = make.user()
    session.commit()

    browser.post("/reset", {"email": person.email}, headers={"X-Forwarded-Host": "evil.invalid"})

    assert "http://localhost/reset/" in outbox.to(person.email)[-1].body
    assert "evil" not in outbox.to(person.email)[-1].body
    assert browser.client.post("/reset", base_url="http://evil.invalid").status_code == 400


def test_unknown_addresses_get_the_same_answer_and_no_mail(
    browser: Browser, session: Session, make: Make, outbox: Outbox
) -> None:
    known, off = make.user(), make.user(active=False)
    session.commit()

    answers = {
        (answer.status_code, answer.location, answer.text)
        for email in (known.email, off.email, "nobody@example.com", "not an address")
        for answer in [browser.post("/reset", {"email": email})]
    }

    assert len(answers) == 1
    assert [mail.to for mail in outbox.sent] == [[known.email]]


def test_known_and_unknown_addresses_are_answered_at_the_same_moment(
    browser: Browser, session: Session, make: Make, outbox: Outbox
) -> None:
    """That is, not before one that is later than any of the work."""
    known = make.user().email
    session.commit()

    for email in (known, "nobody@example.com"):
        began = time.monotonic()
        assert browser.post("/reset", {"email": email}).status_code == 302
        assert time.monotonic() - began >= EQUAL_SECONDS


def test_a_link_works_once_for_an_hour_and_until_the_next(
    browser: Browser, session: Session, make: Make, outbox: Outbox, later: Later
) -> None:
    person = make.user()
    session.commit()
    browser.post("/reset", {"email": person.email})
    first = outbox.link_to(person.email)
    browser.post("/reset", {"email": person.email})
    second = outbox.link_to(person.email)

    assert browser.get(first).status_code == 400
    assert browser.post(second, {"password": NEW}).status_code == 302
    assert browser.post(second, {"password": NEW}).status_code == 400
    browser.post("/reset", {"email": person.email})
    later(timedelta(minutes=61))
    assert browser.get(outbox.link_to(person.email)).status_code == 400


@pytest.mark.parametrize("secret", ["NULL", "null", "0", "[]", "undefined", "x" * 2000, "%20"])
def test_what_is_no_link_is_refused(browser: Browser, session: Session, secret: str) -> None:
    assert browser.get(f"/reset/{secret}").status_code == 400
    assert browser.post(f"/reset/{secret}", {"password": NEW}).status_code == 400


def test_a_form_behind_a_link_needs_its_token(browser: Browser, session: Session, make: Make, outbox: Outbox) -> None:
    person = make.user()
    session.commit()
    browser.post("/reset", {"email": person.email})
    link = outbox.link_to(person.email)

    assert browser.client.post(link, data={"password": NEW}).status_code == 400
    assert browser.client.post(link, data={"password": NEW, "csrf_token": "forged"}).status_code == 400
    assert browser.post(link, {"password": NEW}).status_code == 302


@pytest.mark.parametrize("password", ["", "short", "password1", "x" * 1001])
def test_a_bad_password_leaves_the_link_alive(
    browser: Browser, session: Session, make: Make, outbox: Outbox, password: str
) -> None:
    person = make.user()
    session.commit()
    browser.post("/reset", {"email": person.email})
    link = outbox.link_to(person.email)

    assert browser.post(link, {"password": password}).status_code == 422
    assert browser.post(link, {"password": NEW}).status_code == 302


def test_a_reset_does_not_go_around_the_second_factor(
    browser: Browser, session: Session, make: Make, outbox: Outbox
) -> None:
    person = make.user(tf_totp_secret="kept", tf_primary_method="authenticator")
    session.commit()
    browser.post("/reset", {"email": person.email})
    browser.post(outbox.link_to(person.email), {"password": NEW})

    signed = browser.post("/login", {"email": person.email, "password": NEW})

    assert signed.location == "/login/code"
    assert browser.get("/account").status_code == 302


def test_somebody_who_never_had_a_password_gets_a_first_one(
    browser: Browser, session: Session, make: Make, outbox: Outbox
) -> None:
    person = make.user(password=None, confirmed_at=None)
    session.commit()

    browser.post("/reset", {"email": person.email})
    browser.post(outbox.link_to(person.email), {"password": NEW})

    assert browser.sign_in(person, NEW).get("/account").status_code == 200
