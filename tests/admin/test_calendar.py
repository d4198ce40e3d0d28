"""Dates at the ends of the calendar, which some zones have no words for."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from cms.audit.actions import record
from cms.posts.lifecycle import DRAFT, PUBLISHED
from cms.posts.models import Edition, Post
from cms.settings import actions as settings
from tests.browser import Browser
from tests.factories import Make

ENDS = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, tzinfo=UTC),
]
ZONES = ["Asia/Tokyo", "America/New_York"]


REFUSALS = {
    **dict.fromkeys(
        ("9999-12-31T23:59", "0001-01-01T00:00", "9001-01-01T00:00"), "Choose a year between 1000 and 9000."
    ),
    "99999-01-01T00:00": "The year has four digits.",
    "tomorrow": "This is not a date and a time.",
}


@pytest.mark.parametrize(("typed", "refusal"), REFUSALS.items())
@pytest.mark.parametrize("field", ["live_from", "live_until"])
def test_a_time_beyond_the_calendar_is_refused_at_its_field_with_the_reason(
    browser: Browser, session: Session, make: Make, field: str, typed: str, refusal: str
) -> None:
    editor, post = make.editor(), make.post()
    session.commit()
    browser.sign_in(editor)

    edited = {"version": post.version, "title": post.title, "body": post.body, "move": "publish", field: typed}
    refused = browser.post(f"/admin/posts/edit/?id={post.id}", edited)
    moved = browser.post(f"/admin/posts/{post.id}/publish", {field: typed})

    assert (refused.status_code, moved.status_code) == (422, 422)
    assert f'id="{field}-error"' in refused.text
    assert refusal in refused.text
    assert session.get(Post, post.id, populate_existing=True).status is DRAFT


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("moment", ENDS)
def test_what_was_recorded_at_an_end_of_the_calendar_is_shown_in_every_zone(
    browser: Browser, session: Session, make: Make, moment: datetime, zone: str
) -> None:
    owner, post = make.user("owner", timezone=zone), make.post(title="At the end of time")
    record(session, "post.publish", post, by=owner, at=make.at, changes={"published_at": (None, moment)})
    session.commit()
    browser.sign_in(owner)

    pages = [browser.get(url) for url in ("/admin/", "/admin/activity/")]

    assert [page.status_code for page in pages] == [200, 200]
    assert "At the end of time" in pages[1].text


@pytest.mark.parametrize("zone", ZONES)
def test_readers_reach_a_post_from_the_first_day_of_the_calendar(
    browser: Browser, session: Session, make: Make, zone: str
) -> None:
    settings.change(session, {"timezone": zone}, by=make.owner(), at=make.at)
    author = make.author()
    post = make.post(author=author, status=PUBLISHED, title="In the beginning", published_at=ENDS[0])
    session.execute(update(Edition).values(published_at=ENDS[0], live_from=ENDS[0]))
    session.commit()

    answers = {url: browser.get(url) for url in ("/", f"/posts/{post.slug}", f"/authors/{author.username}")}

    assert {url: answer.status_code for url, answer in answers.items()} == dict.fromkeys(answers, 200)
    assert all("In the beginning" in answer.text for answer in answers.values())
