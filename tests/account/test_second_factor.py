"""The second factor, from setting it up to the day the phone is lost."""

import re
import threading
import time
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from passlib.totp import TOTP
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from cms.accounts.models import User
from tests.account.authenticator import Passkey
from tests.account.conftest import Another, Later, Outbox
from tests.accounts.events import verbs
from tests.browser import Browser
from tests.factories import PASSWORD, Make

PAGE = "/account/second-factor"


@pytest.fixture
def person(session: Session, make: Make) -> User:
    person = make.user("editor")
    session.commit()
    return person


def confirm_password(browser: Browser) -> Browser:
    assert browser.post("/account/confirm", {"current_password": PASSWORD}).status_code == 302
    return browser


def set_up_app(browser: Browser) -> tuple[TOTP, list[str]]:
    """Signed in already; gives the app and the recovery codes."""
    confirm_password(browser)
    browser.post(f"{PAGE}/app")
    key = re.search(r"<code>([A-Z2-7 -]+)</code>", browser.get(PAGE).text)
    assert key
    app = TOTP(key[1])
    done = browser.post(f"{PAGE}/app/confirm", {"code": app.generate().token})
    assert done.status_code == 200, done.text
    return app, re.findall(r"<li><code>([a-z2-7-]{19})</code>", done.text)


def next_code(app: TOTP) -> str:
    """Of the coming half minute, which a phone with a fast clock shows already: the one of now was used to set up."""
    return str(app.generate(int(time.time()) + 30).token)


def add_passkey(browser: Browser, name: str = "Phone", passkey: Passkey | None = None) -> Passkey:
    passkey = passkey or Passkey()
    confirm_password(browser)
    options = browser.post(f"{PAGE}/passkeys/options", {"name": name})
    done = browser.post(f"{PAGE}/passkeys", {"credential": passkey.create(options.json)})
    assert done.status_code in (200, 302), done.text
    return passkey


def enter_password(browser: Browser, person: User) -> TestResponse:
    return browser.post("/login", {"email": person.email, "password": PASSWORD})


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def test_nothing_changes_without_the_password(browser: Browser, person: User) -> None:
    browser.sign_in(person)

    for path in ("", "/app", "/app/confirm", "/app/remove", "/codes", "/passkeys", "/passkeys/1/remove"):
        answer = browser.get(PAGE + path) if not path else browser.post(PAGE + path)
        assert answer.location == "/account/confirm?next=/account/second-factor", path
    assert browser.post(f"{PAGE}/passkeys/options").status_code == 403
    assert browser.post("/account/confirm", {"current_password": "wrong"}).status_code == 422
    assert browser.get(PAGE).status_code == 302


def test_the_password_is_asked_again_after_ten_minutes(browser: Browser, person: User, later: Later) -> None:
    confirm_password(browser.sign_in(person))
    assert browser.get(PAGE).status_code == 200

    later(timedelta(minutes=11))

    assert browser.get(PAGE).status_code == 302


def test_guessing_the_current_password_is_limited(browser: Browser, person: User) -> None:
    browser.sign_in(person)

    answers = [browser.post("/account/confirm", {"current_password": "wrong"}).status_code for _number in range(11)]

    assert answers == [422] * 10 + [429]


def test_an_app_is_set_up_and_asked_for_from_then_on(
    browser: Browser, session: Session, person: User, outbox: Outbox
) -> None:
    app, codes = set_up_app(browser.sign_in(person))
    assert len(codes) == 8
    assert "asks for a code" in outbox.to(person.email)[-1].body
    browser.sign_out()

    first = enter_password(browser, person)
    assert first.location == "/login/code"
    assert not is_signed_in(browser)
    done = browser.post("/login/code", {"code": next_code(app)})

    assert done.location == "/admin/"
    assert is_signed_in(browser)
    assert verbs(session) == ["user.sign_in", "user.second_factor_on", "user.sign_out", "user.sign_in"]


def test_a_wrong_first_code_switches_nothing_on(browser: Browser, session: Session, person: User) -> None:
    confirm_password(browser.sign_in(person))
    browser.post(f"{PAGE}/app")

    assert browser.post(f"{PAGE}/app/confirm", {"code": "000000"}).status_code == 422
    assert browser.post(f"{PAGE}/app/confirm", {"code": ""}).status_code == 422

    session.expire_all()
    assert person.tf_totp_secret is None


def test_the_secret_of_the_app_is_encrypted_at_rest(browser: Browser, session: Session, person: User) -> None:
    app, _codes = set_up_app(browser.sign_in(person))

    session.expire_all()
    assert person.tf_totp_secret
    assert app.base32_key not in person.tf_totp_secret
    assert app.hex_key not in person.tf_totp_secret


def test_the_picture_is_no_markup_of_ours(browser: Browser, person: User) -> None:
    confirm_password(browser.sign_in(person))
    browser.post(f"{PAGE}/app")

    page = browser.get(PAGE).text

    assert re.search(r'<img [^>]*src="data:image/svg\+xml[^"]+"[^>]* alt="[^"]+"', page)
    assert " style=" not in page


def test_a_code_is_never_right_twice(browser: Browser, another: Another, person: User) -> None:
    app, _codes = set_up_app(browser.sign_in(person))
    code = next_code(app)
    first, second = another(), another()
    enter_password(first, person)
    enter_password(second, person)

    assert first.post("/login/code", {"code": code}).status_code == 302
    assert second.post("/login/code", {"code": code}).status_code == 422
    assert not is_signed_in(second)


def test_the_sixth_wrong_code_leads_back_to_the_password(
    browser: Browser, another: Another, person: User, later: Later
) -> None:
    app, _codes = set_up_app(browser.sign_in(person))
    thief = another()
    enter_password(thief, person)

    answers = [thief.post("/login/code", {"code": f"00000{number}"}).status_code for number in range(6)]

    assert answers == [422] * 5 + [429]
    assert thief.get("/login/code").location == "/login"
    enter_password(thief, person)
    assert thief.post("/login/code", {"code": next_code(app)}).status_code == 429


def test_codes_that_are_no_codes_are_refused(browser: Browser, another: Another, person: User) -> None:
    set_up_app(browser.sign_in(person))
    other = another()
    enter_password(other, person)

    for code in ("", "abcdef", "１２３４５６", "x" * 10_000):
        assert other.post("/login/code", {"code": code}).status_code == 422


def test_the_step_in_between_opens_nothing(browser: Browser, another: Another, person: User) -> None:
    set_up_app(browser.sign_in(person))
    half = another()
    enter_password(half, person)

    paths = (
        "/admin/",
        "/admin",
        "/account",
        "/account/",
        "/ACCOUNT",
        "/account/security",
        PAGE,
        "//account",
        "/account;x",
    )
    for path in paths:
        for method in ("GET", "HEAD", "POST"):
            answer = half.client.open(path, method=method, data={"csrf_token": half.token()})
            assert answer.status_code in (301, 302, 308, 400, 403, 404, 405), (method, path)
            leads_to = urlsplit(answer.location or "/login").path
            assert leads_to.startswith("/login") or leads_to in paths, (method, path)


def test_the_step_in_between_ends_after_ten_minutes_and_with_the_password(
    browser: Browser, another: Another, session: Session, person: User, later: Later
) -> None:
    app, _codes = set_up_app(browser.sign_in(person))
    slow, overtaken = another(), another()
    enter_password(slow, person)
    later(timedelta(minutes=11))
    assert slow.get("/login/code").location == "/login"

    enter_password(overtaken, person)
    browser.post("/reset", {"email": person.email})
    session.expire_all()
    person.password = "another hash"
    session.commit()
    assert overtaken.post("/login/code", {"code": next_code(app)}).location == "/login"


def test_a_recovery_code_gets_in_once_and_is_told_by_mail(
    browser: Browser, another: Another, person: User, outbox: Outbox
) -> None:
    _app, codes = set_up_app(browser.sign_in(person))
    first, second = another(), another()
    enter_password(first, person)
    enter_password(second, person)

    assert first.post("/login/recovery", {"code": codes[2].upper()}).status_code == 302
    assert second.post("/login/recovery", {"code": codes[2]}).status_code == 422
    assert "7 are left" in outbox.to(person.email)[-1].body
    assert second.post("/login/recovery", {"code": codes[3]}).status_code == 302


def test_one_recovery_code_used_twice_at_once_is_one_success(browser: Browser, another: Another, person: User) -> None:
    _app, codes = set_up_app(browser.sign_in(person))
    browsers = [another(), another()]
    for each in browsers:
        enter_password(each, person)
    barrier = threading.Barrier(2)
    statuses: list[int] = []

    def use(mine: Browser) -> None:
        barrier.wait()
        statuses.append(mine.post("/login/recovery", {"code": codes[0]}).status_code)

    threads = [threading.Thread(target=use, args=(each,)) for each in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [302, 422]


def test_new_codes_and_switching_off(browser: Browser, session: Session, person: User, outbox: Outbox) -> None:
    _app, old = set_up_app(browser.sign_in(person))

    fresh = re.findall(r"<li><code>([a-z2-7-]{19})</code>", browser.post(f"{PAGE}/codes").text)
    assert len(fresh) == 8
    assert not set(fresh) & set(old)
    assert browser.post(f"{PAGE}/app/remove").status_code == 302

    session.expire_all()
    assert (person.tf_totp_secret, person.mf_recovery_codes) == (None, None)
    assert "no longer asks" in outbox.to(person.email)[-1].body


def test_whose_role_asks_for_a_second_factor_gets_no_further_without_one(
    browser: Browser, session: Session, make: Make
) -> None:
    person = make.user("editor", make.role(second_factor_required=True))
    session.commit()
    browser.sign_in(person)

    for path in ("/admin/", "/admin/posts/", "/account", "/account/sessions"):
        assert browser.get(path).location == PAGE, path
    assert browser.get("/healthz").status_code == 200
    app, _codes = set_up_app(browser)

    assert browser.get("/account").status_code == 200
    assert browser.post(f"{PAGE}/app/remove").status_code == 409
    browser.sign_out()
    enter_password(browser, person)
    assert browser.post("/login/code", {"code": next_code(app)}).status_code == 302


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
