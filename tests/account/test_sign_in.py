"""Signing in and out through the form, as a person does."""

import json
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import UserSession
from cms.web.next import safe_next
from tests.account.conftest import Another, Later, SetSetting
from tests.accounts.events import events, verbs
from tests.browser import Browser
from tests.factories import PASSWORD, Make

REDIRECTS = Path(__file__).parents[3] / "shared" / "data" / "hostile" / "redirects.json"
LEAVES = [
    "http://evil.invalid",
    "//evil.invalid",
    "/\\evil.invalid",
    "\\\\evil.invalid",
    "/\t/evil.invalid",
    "javascript:alert(1)//",
    "http:evil.invalid",
    "http://[evil",
    " //evil.invalid",
    "///evil.invalid",
]


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def test_the_sign_in_page_opens_and_asks_for_what_it_needs(browser: Browser) -> None:
    page = browser.get("/login")

    assert page.status_code == 200
    for field in ("email", "password", "remember", "csrf_token"):
        assert f'name="{field}"' in page.text


def test_a_person_signs_in_in_whatever_case(browser: Browser, session: Session, make: Make) -> None:
    editor = make.editor()
    session.commit()

    response = browser.post("/login", {"email": f"  {editor.email.upper()} ", "password": PASSWORD})

    assert (response.status_code, response.location) == (302, "/admin/")
    assert is_signed_in(browser)


def test_somebody_without_a_role_lands_on_the_site(browser: Browser, session: Session, make: Make) -> None:
    member = make.user()
    session.commit()

    assert browser.post("/login", {"email": member.email, "password": PASSWORD}).location == "/"


def test_who_was_sent_to_sign_in_comes_back_to_where_they_wanted(
    browser: Browser, session: Session, make: Make
) -> None:
    member = make.user()
    session.commit()

    asked = browser.get("/account/sessions?a=b")
    assert asked.location == "/login?next=/account/sessions?a%3Db"
    form = browser.get(asked.location)
    assert 'value="/account/sessions?a=b"' in form.text
    response = browser.post("/login", {"email": member.email, "password": PASSWORD, "next": "/account/sessions?a=b"})

    assert response.location == "/account/sessions?a=b"


@pytest.mark.parametrize("target", LEAVES)
def test_signing_in_never_leads_off_the_site(browser: Browser, session: Session, make: Make, target: str) -> None:
    editor = make.editor()
    session.commit()

    browser.sign_in(editor)
    assert browser.get("/login", query_string={"next": target}).location == "/admin/"
    out = browser.post("/logout", {"next": target})
    assert out.location == "/"
    back = browser.post("/login", {"email": editor.email, "password": PASSWORD, "next": target})
    assert back.location == "/admin/"


@pytest.mark.shared_data
def test_hostile_targets_stay_here_and_good_ones_are_kept() -> None:
    values = json.loads(REDIRECTS.read_text())

    for target in values["must_not_leave"]:
        kept = safe_next(target, "/default")
        assert kept == "/default" or (kept.startswith("/") and not kept.startswith(("//", "/\\"))), target
    for target in values["must_still_work"]:
        assert safe_next(target, "/default") == target


def test_a_wrong_password_an_unknown_address_and_an_account_switched_off_get_one_answer(
    browser: Browser, session: Session, make: Make
) -> None:
    known, off = make.user(), make.user(active=False)
    invited = make.user(password=None)
    session.commit()

    answers = {
        browser.post("/login", {"email": email, "password": password, "csrf_token": browser.token()})
        .text.replace(email, "")
        .partition("<form")[0]
        for email, password in [
            (known.email, "wrong"),
            ("nobody@example.com", "wrong"),
            (off.email, PASSWORD),
            (off.email, "wrong"),
            (invited.email, "wrong"),
        ]
    }

    assert len(answers) == 1
    assert "is wrong" in answers.pop()
    assert not is_signed_in(browser)


def test_known_and_unknown_addresses_take_the_same_time(browser: Browser, session: Session, make: Make) -> None:
    from cms.web.passwords import hash_password

    with browser.app.test_request_context():
        known = make.user(password=hash_password(PASSWORD))
    session.commit()

    def took(email: str) -> float:
        start = time.process_time()
        assert browser.post("/login", {"email": email, "password": "wrong"}).status_code == 422
        return time.process_time() - start

    took("warm-up@example.com")
    pairs = [(took(known.email), took(f"nobody{number}@example.com")) for number in range(9)]
    for_known, for_unknown = (min(times) for times in zip(*pairs, strict=True))
    assert for_known == pytest.approx(for_unknown, rel=0.35)


def test_a_password_of_a_thousand_bytes_is_taken_and_a_megabyte_is_refused_quickly(
    browser: Browser, session: Session, make: Make
) -> None:
    from cms.web.passwords import hash_password

    with browser.app.test_request_context():
        person = make.user(password=hash_password("é" * 500))
    session.commit()

    start = time.perf_counter()
    assert browser.post("/login", {"email": person.email, "password": "e" * 1_000_000}).status_code == 422
    assert time.perf_counter() - start < 1
    assert browser.post("/login", {"email": person.email, "password": "é" * 500}).status_code == 302


@pytest.mark.parametrize("address", ["a" + "\u0301" * 30_000 + "\u0316" * 30_000, "a" * 900_000])
@pytest.mark.parametrize("place", ["/login", "/reset", "/register"])
def test_an_address_made_to_keep_us_busy_is_refused_quickly(
    browser: Browser, set_setting: SetSetting, place: str, address: str
) -> None:
    set_setting("sign_up", "open")

    start = time.process_time()
    answer = browser.post(place, {"email": address, "username": address, "password": "a good long password"})
    assert answer.status_code in (302, 422)
    assert time.process_time() - start < 1.5


def test_the_session_is_a_new_one_after_signing_in(browser: Browser, session: Session, make: Make) -> None:
    person = make.user()
    session.commit()
    browser.get("/login")
    with browser.client.session_transaction() as before:
        token_before = before["csrf_token"]
        before["planted"] = "by an attacker"

    browser.sign_in(person)

    with browser.client.session_transaction() as after:
        assert "planted" not in after
        assert after.get("csrf_token") != token_before


def test_signing_out_needs_a_token_and_kills_the_cookie(
    browser: Browser, another: Another, session: Session, make: Make
) -> None:
    person = make.user()
    session.commit()
    browser.sign_in(person)
    stolen = browser.client.get_cookie("copydesk")
    assert stolen is not None

    assert browser.client.post("/logout").status_code == 400
    page = browser.get("/logout")
    assert page.status_code == 200
    assert 'name="csrf_token"' in page.text
    assert is_signed_in(browser)
    browser.sign_out()

    thief = another()
    thief.client.set_cookie("copydesk", stolen.value)
    assert not is_signed_in(thief)
    assert not is_signed_in(browser)
    assert verbs(session) == ["user.sign_in", "user.sign_out"]


def test_there_is_nobody_to_sign_out_without_a_session(browser: Browser) -> None:
    assert browser.get("/logout").location == "/"


def test_a_session_ends_when_it_is_idle(browser: Browser, session: Session, make: Make, later: Later) -> None:
    person = make.user()
    session.commit()
    browser.sign_in(person)

    later(timedelta(minutes=119))
    assert is_signed_in(browser)
    later(timedelta(minutes=119))
    assert is_signed_in(browser)
    later(timedelta(minutes=121))
    assert not is_signed_in(browser)


def test_a_session_ends_after_its_longest_time_however_busy(
    browser: Browser, session: Session, make: Make, later: Later, set_setting: SetSetting
) -> None:
    set_setting("session_hours", 2)
    person = make.user()
    session.commit()
    browser.sign_in(person)

    for _quarter in range(7):
        later(timedelta(minutes=15))
        assert is_signed_in(browser)
    later(timedelta(minutes=16))
    assert not is_signed_in(browser)


def test_a_remembered_person_stays_for_a_month(browser: Browser, session: Session, make: Make, later: Later) -> None:
    person = make.user()
    session.commit()

    browser.post("/login", {"email": person.email, "password": PASSWORD, "remember": "y"})

    later(timedelta(days=29))
    assert is_signed_in(browser)
    later(timedelta(days=2))
    assert not is_signed_in(browser)


def test_the_cookie_of_somebody_not_remembered_goes_with_the_browser(
    browser: Browser, session: Session, make: Make
) -> None:
    person = make.user()
    session.commit()

    cookies = {
        remember: browser.post(
            "/login", {"email": person.email, "password": PASSWORD} | remember_field
        ).headers.getlist("Set-Cookie")
        for remember, remember_field in ((False, {}),)
    }

    real = next(cookie for cookie in cookies[False] if cookie.startswith("copydesk="))
    assert "HttpOnly" in real
    assert "SameSite=Lax" in real
    assert "Expires" not in real


def test_switching_somebody_off_shows_them_the_sign_in_page_at_once(
    browser: Browser, session: Session, make: Make
) -> None:
    person = make.user()
    session.commit()
    browser.sign_in(person)

    person.active = False
    session.commit()

    assert browser.get("/account").location == "/login?next=/account"


def test_a_role_that_is_taken_away_is_gone_with_the_next_request(
    browser: Browser, session: Session, make: Make
) -> None:
    person = make.user("editor")
    session.commit()
    browser.sign_in(person)
    assert browser.get("/admin/posts/").status_code == 200

    person.roles = []
    session.commit()

    assert browser.get("/admin/posts/").status_code == 403


def test_failures_leave_a_trace_and_no_word_of_what_was_typed(browser: Browser, session: Session, make: Make) -> None:
    person = make.user()
    session.commit()

    browser.post("/login", {"email": person.email, "password": "my secret canary"})
    browser.post("/login", {"email": "canary@example.com", "password": "my secret canary"})

    found = events(session)
    assert [(event.verb, event.subject_id) for event in found] == [
        ("user.sign_in_failed", person.id),
        ("user.sign_in_failed", None),
    ]
    assert "canary" not in str([(event.changes, event.subject_label, event.personal.values) for event in found])


def test_pages_of_the_account_are_kept_by_nobody(browser: Browser, session: Session, make: Make) -> None:
    person = make.user()
    session.commit()
    browser.sign_in(person)

    for path in ("/login", "/account", "/account/sessions", "/account/security", "/reset", "/register"):
        assert browser.get(path).headers["Cache-Control"] == "no-store", path


def test_public_pages_do_not_look_at_the_cookie(browser: Browser, session: Session, make: Make) -> None:
    person = make.user("owner")
    session.commit()
    browser.sign_in(person)

    page = browser.get("/healthz")

    assert "Cookie" not in page.headers.get("Vary", "")
    assert page.headers.getlist("Set-Cookie") == []


def test_a_read_writes_nothing_but_last_seen_and_that_once_a_minute(
    browser: Browser, session: Session, make: Make, later: Later
) -> None:
    person = make.user()
    session.commit()
    browser.sign_in(person)
    seen = session.scalars(select(UserSession.last_seen_at)).one()
    session.commit()

    browser.get("/account")
    assert session.scalars(select(UserSession.last_seen_at)).one() == seen
    session.commit()
    later(timedelta(minutes=2))
    browser.get("/account")

    assert session.scalars(select(UserSession.last_seen_at)).one() > seen + timedelta(minutes=1)


def test_forms_say_what_is_wrong_beside_the_field(browser: Browser) -> None:
    page = browser.post("/login", {"email": "", "password": ""})

    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text
    assert 'aria-describedby="email-error"' in page.text
    assert 'id="email-error"' in page.text


@pytest.mark.parametrize("field", ["email", "password", "next", "remember"])
def test_strange_characters_are_malformed_or_refused_and_never_an_error(browser: Browser, field: str) -> None:
    for value, status in (("\0", {400}), ("\ud7ff\u202e" * 50, {422}), ("x" * 100_000, {422})):
        answer = browser.post("/login", {"email": "a@example.com", "password": "x"} | {field: value})
        assert answer.status_code in status
