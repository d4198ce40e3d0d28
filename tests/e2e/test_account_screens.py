"""The screens that somebody meets once: behind the links of mails, and on the way to a second factor."""

import re
from collections.abc import Callable

import pytest
from passlib.totp import TOTP
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Server, sign_in
from tests.e2e.looking import barriers
from tests.e2e.people import PASSWORD, add_person, choose_first_password
from tests.e2e.walks import fill, press

Person = Callable[..., Page]

pytestmark = pytest.mark.browser


def look(page: Page) -> None:
    assert barriers(page) == []


def test_signing_up_and_a_forgotten_password(person: Person, demo: Server) -> None:
    page = person()

    page.goto("/register")
    fill(
        {"E-mail address": "tamara@example.com", "Username": "tamara", "Password": "nineteen lamps lit"},
        "Make account",
    )(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your e-mail")
    look(page)
    page.goto(demo.last_link("register", to="tamara@example.com"))
    look(page)
    press("Confirm")(page)
    expect(page.locator("[aria-invalid]")).to_have_count(1)
    look(page)
    fill({"Password": "nineteen lamps lit"}, "Confirm")(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    look(page)

    page.goto("/reset")
    fill({"E-mail address": "author@example.com"}, "Send the link")(page)
    page.goto(demo.last_link("reset", to="author@example.com"))
    look(page)
    fill({"New password": "short"}, "Save password")(page)
    expect(page.locator("[aria-invalid]")).to_have_count(1)
    look(page)


def test_the_way_to_a_second_factor_and_back_in(person: Person, demo: Server) -> None:
    owner, page = person("owner"), person()
    add_person(owner, "keeper@example.com", "keeper", "Ada Keeper", role="Author")
    choose_first_password(page, demo.last_link("reset", to="keeper@example.com"))
    sign_in(page, "keeper@example.com", PASSWORD)

    page.goto("/account/second-factor")
    look(page)
    fill({"Current password": "wrong"}, "Continue")(page)
    look(page)
    fill({"Current password": PASSWORD}, "Continue")(page)
    look(page)
    press("Set up an app")(page)
    look(page)
    app = TOTP(key=page.locator("code").inner_text().replace(" ", ""))
    fill({"Code": "000000"}, "Switch on")(page)
    look(page)
    fill({"Code": app.generate().token}, "Switch on")(page)
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    look(page)
    spare = page.locator("main code").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    look(page)

    page.get_by_role("button", name="Sign out").click()
    page.goto("/login")
    fill({"E-mail address": "keeper@example.com", "Password": PASSWORD}, "Sign in")(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
    look(page)
    fill({"Code": "000000"}, "Continue")(page)
    look(page)
    page.get_by_role("link", name="Use a recovery code").click()
    look(page)
    fill({"Recovery code": spare}, "Continue")(page)
    page.wait_for_url(re.compile("/admin/"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
