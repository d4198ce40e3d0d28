"""Signing in through the form, as a person does, and where it leads."""

import json
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from cms.web.next import safe_next
from tests.account.conftest import is_signed_in
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


def test_pages_of_the_account_are_kept_by_nobody(browser: Browser, session: Session, make: Make) -> None:
    person = make.user()
    session.commit()
    browser.sign_in(person)

    for path in ("/login", "/account", "/account/sessions", "/account/security", "/reset", "/register"):
        assert browser.get(path).headers["Cache-Control"] == "no-store", path
