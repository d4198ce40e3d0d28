"""Passkeys: a way in without password and code, good for one challenge, one browser and this site."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from cms.accounts.models import User
from tests.account.authenticator import Passkey
from tests.account.conftest import Another, Later, Outbox, is_signed_in
from tests.account.second_factor import PAGE, confirm_password, enter_password
from tests.browser import Browser
from tests.factories import Make


def add_passkey(browser: Browser, name: str = "Phone", passkey: Passkey | None = None) -> Passkey:
    passkey = passkey or Passkey()
    confirm_password(browser)
    options = browser.post(f"{PAGE}/passkeys/options", {"name": name})
    done = browser.post(f"{PAGE}/passkeys", {"credential": passkey.create(options.json)})
    assert done.status_code in (200, 302), done.text
    return passkey


def test_a_passkey_signs_in_without_password_and_code(
    browser: Browser, another: Another, session: Session, person: User
) -> None:
    passkey = add_passkey(browser.sign_in(person))
    other = another()
    other.get("/login")

    options = other.post("/login/passkey/options")
    done = other.post("/login/passkey", {"credential": passkey.get(options.json), "next": "/account/sessions"})

    assert done.location == "/account/sessions"
    assert is_signed_in(other)
    session.expire_all()
    key = person.webauthn[0]
    assert (key.name, key.sign_count, key.transports) == ("Phone", 1, ["internal"])


def test_with_a_passkey_the_password_alone_is_not_enough(browser: Browser, another: Another, person: User) -> None:
    passkey = add_passkey(browser.sign_in(person))
    other = another()

    assert enter_password(other, person).location == "/login/code"
    assert "data-passkey" in other.get("/login/code").text
    assert not is_signed_in(other)
    options = other.post("/login/passkey/options")
    assert [found["id"] for found in options.json["allowCredentials"]]
    assert other.post("/login/passkey", {"credential": passkey.get(options.json)}).location == "/admin/"


def test_somebody_elses_passkey_is_no_second_factor_of_mine(
    browser: Browser, another: Another, session: Session, make: Make, person: User
) -> None:
    stranger = make.user()
    session.commit()
    add_passkey(browser.sign_in(person))
    theirs = add_passkey(another().sign_in(stranger))
    other = another()
    enter_password(other, person)

    options = other.post("/login/passkey/options")

    assert other.post("/login/passkey", {"credential": theirs.get(options.json)}).status_code == 422
    assert not is_signed_in(other)


def test_a_challenge_is_good_once_for_five_minutes_and_in_one_browser(
    browser: Browser, another: Another, person: User, later: Later
) -> None:
    passkey = add_passkey(browser.sign_in(person))
    mine, thief = another(), another()

    options = mine.post("/login/passkey/options").json
    answer = passkey.get(options)
    thief.post("/login/passkey/options")
    assert thief.post("/login/passkey", {"credential": answer}).status_code == 422
    assert mine.post("/login/passkey", {"credential": answer}).status_code == 302
    mine.sign_out()
    assert mine.post("/login/passkey", {"credential": answer}).status_code == 422
    options = mine.post("/login/passkey/options").json
    later(timedelta(minutes=6))
    assert mine.post("/login/passkey", {"credential": passkey.get(options)}).status_code == 422


def test_an_answer_is_not_good_again_with_a_copy_of_the_cookie(
    browser: Browser, another: Another, person: User
) -> None:
    """Passkeys that are synchronised do not count their uses, so that no count gives a copy away."""
    passkey = add_passkey(browser.sign_in(person))
    mine, thief = another(), another()
    answer = passkey.get(mine.post("/login/passkey/options").json, counted=False)
    cookie = mine.client.get_cookie("copydesk")
    assert cookie
    thief.client.set_cookie("copydesk", cookie.value)

    assert mine.post("/login/passkey", {"credential": answer}).status_code == 302
    assert thief.post("/login/passkey", {"credential": answer}).status_code == 422
    assert not is_signed_in(thief)


def test_a_cloned_passkey_is_noticed(browser: Browser, another: Another, person: User) -> None:
    passkey = add_passkey(browser.sign_in(person))
    other = another()
    other.post("/login/passkey", {"credential": passkey.get(other.post("/login/passkey/options").json)})
    other.sign_out()

    passkey.count = 0

    answer = passkey.get(other.post("/login/passkey/options").json)
    assert other.post("/login/passkey", {"credential": answer}).status_code == 422


@pytest.mark.parametrize(
    "passkey",
    [Passkey(verifies=False), Passkey("http://evil.invalid"), Passkey("http://localhost.evil.invalid")],
    ids=["holder not checked", "another site", "a site that looks like it"],
)
def test_a_passkey_that_does_not_fit_is_refused(browser: Browser, person: User, passkey: Passkey) -> None:
    confirm_password(browser.sign_in(person))
    options = browser.post(f"{PAGE}/passkeys/options", {"name": "Bad"})

    assert browser.post(f"{PAGE}/passkeys", {"credential": passkey.create(options.json)}).status_code == 422


@pytest.mark.parametrize(
    "credential",
    ["", "{}", "[]", "null", "not json", '{"rawId": 5}', '{"rawId": "AAAA"}', "x" * 9999, "[" * 99_999, '{"a":' * 9999],
)
def test_rubbish_is_no_passkey(browser: Browser, another: Another, person: User, credential: str) -> None:
    confirm_password(browser.sign_in(person))
    browser.post(f"{PAGE}/passkeys/options", {"name": "Bad"})
    other = another()
    other.post("/login/passkey/options")

    assert browser.post(f"{PAGE}/passkeys", {"credential": credential}).status_code == 422
    assert other.post("/login/passkey", {"credential": credential}).status_code == 422


def test_a_passkey_is_removed(browser: Browser, session: Session, person: User, outbox: Outbox) -> None:
    add_passkey(browser.sign_in(person))
    session.expire_all()
    key = person.webauthn[0].id
    session.commit()

    assert browser.post(f"{PAGE}/passkeys/{key}/remove").status_code == 302
    assert browser.post(f"{PAGE}/passkeys/{key}/remove").status_code == 404

    session.expire_all()
    assert (person.webauthn, person.mf_recovery_codes) == ([], None)
    assert "removed" in outbox.to(person.email)[-1].body


def test_passkeys_are_not_offered_where_they_cannot_work(browser: Browser, person: User) -> None:
    confirm_password(browser.sign_in(person))
    assert "data-passkey" in browser.get(PAGE).text

    number = Browser(browser.app)
    number.client.set_cookie("copydesk", browser.client.get_cookie("copydesk").value, domain="127.0.0.1")
    assert "data-passkey" not in number.get(PAGE, base_url="http://127.0.0.1").text
