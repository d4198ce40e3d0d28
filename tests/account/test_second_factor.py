"""The second factor, from setting it up to the day the phone is lost."""

import re
import threading
import time
from datetime import timedelta
from urllib.parse import urlsplit

from passlib.totp import TOTP
from sqlalchemy.orm import Session

from cms.accounts.models import User
from tests.account.conftest import Another, Later, Outbox, is_signed_in
from tests.account.second_factor import PAGE, confirm_password, enter_password
from tests.accounts.events import verbs
from tests.browser import Browser
from tests.factories import Make


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
