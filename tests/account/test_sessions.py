"""Sessions: how long they last, what ends them, and what their cookie gives away."""

import contextlib
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from cms.accounts.actions.sessions import note_seen
from cms.accounts.models import UserSession
from cms.extensions import db
from cms.web.noting import Noted
from tests.account.conftest import Another, Later, SetSetting, is_signed_in
from tests.accounts.events import verbs
from tests.browser import Browser
from tests.factories import PASSWORD, Make


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


def test_where_no_connection_is_free_an_answer_is_not_lost_for_want_of_a_note(
    app: Flask, clean: None, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    seen = Noted(note_seen)
    seen.note(7, now)
    with app.app_context(), contextlib.ExitStack() as taken:
        pool = db.engine.pool
        monkeypatch.setattr(pool, "_timeout", 0.05)
        monkeypatch.setattr(pool, "_max_overflow", 0)
        with contextlib.suppress(PoolTimeout):
            while True:
                taken.enter_context(db.engine.connect())

        seen.flush_if_due()

    assert seen._moments == {7: now}
