"""The one-time page of an empty site."""

import threading

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.actions import tokens
from cms.accounts.models import User
from cms.settings.queries import load
from tests.account.conftest import Another
from tests.browser import Browser
from tests.factories import Make

WANTED = {
    "title": "The Tide Table",
    "timezone": "Europe/Oslo",
    "email": "first@example.com",
    "username": "first",
    "display_name": "First Owner",
    "password": "a long enough one",
}


@pytest.fixture
def link(session: Session, app: object) -> str:
    from datetime import UTC, datetime

    secret = tokens.issue_set_up(session, at=datetime.now(UTC))
    session.commit()
    return f"/set-up?token={secret}"


def test_an_empty_site_gets_its_owner_title_and_zone(browser: Browser, session: Session, link: str) -> None:
    page = browser.get(link)
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "no-referrer")

    done = browser.post(link, WANTED)

    assert (done.status_code, done.location) == (302, "/admin/")
    assert browser.get("/account").status_code == 200
    owner = session.scalars(select(User)).one()
    assert (owner.email, [role.name for role in owner.roles]) == ("first@example.com", ["owner"])
    settings = load(session)
    assert (settings.title, settings.timezone) == ("The Tide Table", "Europe/Oslo")


def test_afterwards_there_is_no_such_page(browser: Browser, another: Another, session: Session, link: str) -> None:
    browser.post(link, WANTED)

    assert another().get(link).status_code == 404
    assert another().post(link, WANTED | {"email": "second@example.com", "username": "second"}).status_code == 404


@pytest.mark.parametrize("query", ["", "?token=", "?token=NULL", "?token[]=x", "?token=a&token=b"])
def test_without_the_link_nobody_sets_anything_up(browser: Browser, session: Session, link: str, query: str) -> None:
    assert browser.get(f"/set-up{query}").status_code == 400
    assert browser.post(f"/set-up{query}", WANTED).status_code == 400
    assert list(session.scalars(select(User))) == []


@pytest.mark.parametrize(
    ("field", "value"), [("password", "password1"), ("timezone", "Mars/Olympus"), ("username", "admin"), ("title", "")]
)
def test_a_mistake_leaves_the_link_alive(browser: Browser, session: Session, link: str, field: str, value: str) -> None:
    page = browser.post(link, WANTED | {field: value})

    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert browser.post(link, WANTED).status_code == 302


def test_of_ten_posts_at_once_exactly_one_makes_an_owner(
    browser: Browser, another: Another, session: Session, link: str
) -> None:
    browsers = [another() for _number in range(10)]
    for each in browsers:
        each.get(link)
    barrier = threading.Barrier(10)
    statuses: list[int] = []

    def post(number: int) -> None:
        barrier.wait()
        names = {"email": f"first{number}@example.com", "username": f"first{number}"}
        statuses.append(browsers[number].post(link, WANTED | names).status_code)

    threads = [threading.Thread(target=post, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses.count(302) == 1
    assert set(statuses) <= {302, 400, 404, 409}
    assert len(list(session.scalars(select(User)))) == 1


def test_a_site_that_has_an_owner_never_shows_it(browser: Browser, session: Session, make: Make) -> None:
    make.owner()
    session.commit()

    assert browser.get("/set-up?token=x").status_code == 404


def test_before_set_up_the_way_in_is_said(browser: Browser, session: Session, make: Make) -> None:
    """Where the address is that opens the door, on the page that has nobody to let in and behind a dead link."""
    assert "/set-up" in browser.get("/login").text

    dead = browser.get("/set-up?token=x")
    assert dead.status_code == 400
    assert "serve" in dead.text
    assert 'href="/reset"' not in dead.text

    make.owner()
    session.commit()
    assert "/set-up" not in browser.get("/login").text
