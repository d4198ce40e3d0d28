"""What only shows on a real site: HTTPS, older hashes, and logs that other people read."""

import logging
import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from cms.accounts.actions import tokens
from cms.web.passwords import hash_password
from tests.account.conftest import Outbox, StartedAgain
from tests.browser import Browser
from tests.factories import PASSWORD, Make

SITE = "https://magazine.example.com"


@pytest.fixture
def secure(started_again: StartedAgain) -> Browser:
    """The same database behind an address with HTTPS."""
    return started_again(SITE)


def csrf_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_with_https_every_cookie_is_secure(secure: Browser, session: Session, make: Make) -> None:
    person = make.user()
    session.commit()
    form = secure.client.get("/login", base_url=SITE)
    values = {"email": person.email, "password": PASSWORD, "csrf_token": csrf_in(form.text)}

    done = secure.client.post("/login", data=values, base_url=SITE, headers={"Referer": f"{SITE}/login"})

    assert done.status_code == 302
    cookies = {cookie.partition("=")[0]: cookie for cookie in done.headers.getlist("Set-Cookie")}
    assert set(cookies) == {"__Host-copydesk", "copydesk-here", "copydesk-device"}
    assert all("Secure" in cookie and "SameSite=Lax" in cookie for cookie in cookies.values())
    assert all("HttpOnly" in cookies[name] for name in ("__Host-copydesk", "copydesk-device"))


def test_a_form_behind_a_link_works_although_its_page_sends_no_referrer(
    secure: Browser, session: Session, make: Make
) -> None:
    person = make.user()
    secret = tokens.issue_reset(session, person, at=datetime.now(UTC))
    session.commit()
    page = secure.client.get(f"/reset/{secret}", base_url=SITE)
    values = {"password": "another long one", "csrf_token": csrf_in(page.text)}

    assert secure.client.post(f"/reset/{secret}", data=values, base_url=SITE).status_code == 302


def test_an_older_hash_becomes_a_better_one_when_the_password_is_known(
    app: Flask, browser: Browser, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make.user()
    session.commit()
    version = person.version
    monkeypatch.setitem(app.config, "SECURITY_UPGRADE_HASHES", True)

    browser.sign_in(person)

    session.expire_all()
    assert person.password is not None
    assert person.password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert person.version == version
    session.commit()
    browser.sign_out()
    browser.sign_in(person)


def test_a_hash_of_another_kind_lets_nobody_in(browser: Browser, session: Session, make: Make) -> None:
    person = make.user(password="5f4dcc3b5aa765d61d8327deb882cf99")
    session.commit()

    assert browser.post("/login", {"email": person.email, "password": "password"}).status_code == 422


def test_new_hashes_are_argon2id_of_19_megabytes(app: Flask) -> None:
    with app.test_request_context():
        assert hash_password("a password").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_same_password_typed_on_another_keyboard_fits(
    app: Flask, browser: Browser, session: Session, make: Make
) -> None:
    with app.test_request_context():
        person = make.user(password=hash_password("cafe\u0301 au lait"))
    session.commit()

    assert browser.post("/login", {"email": person.email, "password": "café au lait"}).status_code == 302


def test_no_password_link_or_address_is_in_the_logs(
    browser: Browser, session: Session, make: Make, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    person = make.user(email="canary-address@example.com")
    session.commit()

    with caplog.at_level(logging.DEBUG, logger="cms"):
        browser.post("/login", {"email": person.email, "password": "canary-password"})
        browser.post("/reset", {"email": person.email})
        link = outbox.link_to(person.email)
        browser.post(link, {"password": "canary-password-2"})
        browser.get(link)
        browser.post("/login", {"email": person.email, "password": "canary-password-2"})

    assert "canary" not in caplog.text
    assert link.rpartition("/")[2] not in caplog.text
