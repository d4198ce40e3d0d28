"""Subscribers in the back office: seen, counted, taken away as a file and removed for good; never added."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.subscriptions import actions
from cms.subscriptions.models import Subscriber
from tests.browser import Browser
from tests.conftest import NOON
from tests.factories import Make

AREA = "/admin/subscribers/"


@pytest.fixture
def readers(session: Session, make: Make) -> list[int]:
    """One of all posts, one of a tag."""
    sea = make.tag("Sea")
    found = [actions.confirm(session, f"r{tag_id}@example.com", tag_id, at=NOON).id for tag_id in (None, sea.id)]
    session.commit()
    return found


def test_owners_see_who_gets_what_and_how_many(desk: Browser, readers: list[int]) -> None:
    page = desk.get(AREA).text

    for words in ("2 subscribers", "rNone@example.com".casefold(), "All new posts", "Sea"):
        assert words in page
    exported = desk.get(f"{AREA}export/csv/")
    assert exported.status_code == 200
    assert exported.text.count("@example.com") == 2


def test_removing_forgets_the_address_for_good(desk: Browser, session: Session, readers: list[int]) -> None:
    address = session.scalars(select(Subscriber.email).where(Subscriber.id == readers[0])).one()
    session.rollback()

    done = desk.post(f"{AREA}delete/", {"id": readers[0]})

    assert done.status_code == 302
    assert list(session.scalars(select(Subscriber.id))) == readers[1:]
    session.rollback()
    desk.get(AREA)  # which says whom, once, to who did it
    activity = desk.get("/admin/activity/").text
    assert "removed" in activity
    assert address not in activity


def test_nobody_is_added_or_changed_by_hand(desk: Browser, readers: list[int]) -> None:
    assert desk.get(f"{AREA}new/").status_code == 404
    assert desk.get(f"{AREA}edit/?id={readers[0]}").status_code == 404


@pytest.mark.parametrize("role", ["editor", "author", "contributor", "moderator"])
def test_nobody_else_sees_an_address(
    browser: Browser, session: Session, make: Make, readers: list[int], role: str
) -> None:
    person = make.user(role)
    session.commit()
    browser.sign_in(person)

    for address in (AREA, f"{AREA}export/csv/", f"{AREA}details/?id={readers[0]}"):
        answer = browser.get(address)
        assert answer.status_code == 403
        assert "@example.com" not in answer.text
