"""Times beside a text: publishing takes them, and no other button drops them without a word."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.posts.models import Edition, Post
from tests.browser import Browser
from tests.factories import Make

BEGINS, ENDS = "2030-07-01T10:00", "2030-07-02T10:00"


def sent(post: Post, **fields: str) -> dict[str, object]:
    return {"version": post.version, "title": post.title, "body": post.body, "live_from": "", "live_until": ""} | fields


def version_of(session: Session, post: Post) -> int:
    session.expire_all()
    version = session.scalar(select(Post.version).where(Post.id == post.id))
    session.commit()
    return version or 0


@pytest.fixture
def desk(browser: Browser, session: Session, make: Make) -> Browser:
    editor = make.editor()
    session.commit()
    return browser.sign_in(editor)


@pytest.mark.parametrize("field", ["live_from", "live_until"])
@pytest.mark.parametrize("move", ["", "submit"])
def test_a_time_that_only_publishing_takes_is_not_dropped_by_another_button(
    desk: Browser, session: Session, make: Make, field: str, move: str
) -> None:
    post = make.post()
    session.commit()

    old = desk.post(f"/admin/posts/edit/?id={post.id}", sent(post, title="Later", move=move) | {field: BEGINS})
    new = desk.post("/admin/posts/new/", {"title": "Later", "move": move, field: BEGINS})

    for answer in (old, new):
        assert answer.status_code == 422
        assert f'id="{field}-error"' in answer.text
        assert BEGINS in answer.text
        assert "Press “Publish” to schedule" in answer.text
    assert session.scalars(select(Post.title)).all() == [post.title]


def test_a_time_that_was_set_before_may_stay_and_may_not_be_changed_by_saving(
    desk: Browser, session: Session, make: Make
) -> None:
    post = make.post()
    session.commit()
    times = {"live_from": BEGINS, "live_until": ENDS}
    desk.post(f"/admin/posts/{post.id}/publish", times)
    url = f"/admin/posts/edit/?id={post.id}"

    kept = desk.post(url, sent(post, title="Better", **times))
    left_out = desk.post(url, {"version": version_of(session, post), "title": "Better still"})
    emptied = desk.post(url, sent(post, title="Best", **times) | {"live_until": ""})

    assert [answer.status_code for answer in (kept, left_out, emptied)] == [302, 302, 422]
    assert "Press “Change the schedule”, or put it back to 2 Jul 2030, 10:00" in emptied.text


def test_a_time_that_has_passed_since_the_form_was_opened_asks_for_nothing(
    desk: Browser, session: Session, make: Make
) -> None:
    post = make.post()
    session.commit()

    saved = desk.post(f"/admin/posts/edit/?id={post.id}", sent(post, title="On", live_from="2020-01-01T10:00"))

    assert saved.status_code == 302
    assert session.scalars(select(Edition)).all() == []
