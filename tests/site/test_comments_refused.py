"""Who may not comment now: too often, banned, or where nobody can read or the conversation is closed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.comments.lifecycle import SPAM
from cms.comments.models import Ban, Comment
from cms.posts import actions
from cms.posts.lifecycle import PUBLISHED, PostMove
from cms.posts.models import Post
from tests.browser import Browser
from tests.factories import Make
from tests.site.commenting import FORM, WORDS, Send, comments
from tests.site.conftest import Decide


def test_the_sixth_comment_within_a_minute_waits_and_keeps_its_text(session: Session, send: Send) -> None:
    answers = [send(body=f"Remark number {number}.").status_code for number in range(5)]

    sixth = send(body="Remark number 6.")

    assert answers == [303] * 5
    assert sixth.status_code == 429
    assert 0 < int(sixth.headers["Retry-After"]) <= 60
    assert "Remark number 6." in sixth.get_data(as_text=True)
    assert len(comments(session)) == 5


def test_a_developer_is_not_held_up(app: Flask, monkeypatch: pytest.MonkeyPatch, session: Session, send: Send) -> None:
    found = app.extensions["copydesk"]
    for change in ({"env": "development"}, {"limits": False}):
        config = replace(found.config, **change)
        monkeypatch.setitem(app.extensions, "copydesk", replace(found, config=config))
        assert {send(body=f"{change} {number}").status_code for number in range(6)} == {303}


def test_nobody_comments_on_what_nobody_can_read(session: Session, browser: Browser, make: Make, post: Post) -> None:
    make.post(slug="draft")
    make.page(slug="about", status=PUBLISHED)
    scheduled = make.post(slug="scheduled")
    at = datetime.now(UTC)
    actions.publish(session, scheduled, by=make.editor(), at=at, live_from=at + timedelta(hours=1))
    actions.move_post(session, post, PostMove.TRASH, by=make.editor(), at=at)
    session.commit()

    for slug in ("draft", "scheduled", "it", "about", "never-was"):
        url = f"/posts/{slug}/comments"
        assert browser.get(url).status_code == 404
        assert browser.client.post(url, data={"body": WORDS}).status_code == 404
        assert browser.get(f"{url}/received?c=x").status_code == 404
    assert comments(session) == []


@pytest.mark.parametrize(
    ("rules", "status"),
    [
        ({"comments_enabled": False}, 409),
        ({"comments_close_days": 30}, 409),
        ({"comments_from": "members"}, 403),
    ],
)
def test_a_closed_conversation_says_why(
    session: Session, browser: Browser, post: Post, decide: Decide, rules: dict[str, object], status: int
) -> None:
    decide(**rules)
    session.commit()

    assert browser.get(FORM).status_code == status
    response = browser.client.post(FORM, data={"name": "Rafe", "email": "rafe@example.com", "body": WORDS})
    assert response.status_code == status
    assert ("closed" if status == 409 else "Only members") in response.get_data(as_text=True)
    assert WORDS in response.get_data(as_text=True)
    assert comments(session) == []


def test_a_banned_member_is_told_and_keeps_the_text(
    session: Session, browser: Browser, send: Send, make: Make, now: datetime
) -> None:
    member = make.user()
    ends = datetime(2199, 1, 2, 10, tzinfo=UTC)
    session.add(Ban(user_id=member.id, reason="Insults <again>", until=ends, created_at=now))
    session.commit()
    browser.sign_in(member)

    answer = send()

    assert answer.status_code == 403
    assert "You may not comment here until Wed 2 Jan 2199, 10:00. The reason: Insults &lt;again&gt;" in answer.text
    assert WORDS in answer.text


def test_whoever_still_lacks_a_second_factor_does_not_comment_as_the_author_that_they_are(
    session: Session, browser: Browser, send: Send, make: Make, post: Post
) -> None:
    author = make.user("author", make.role(second_factor_required=True))
    session.get_one(Post, post.id).author_id = author.id
    session.commit()
    browser.sign_in(author)

    opened, sent = browser.get(FORM), send()

    assert (opened.status_code, sent.status_code) == (403, 403)
    assert "second factor" in opened.text
    assert WORDS in sent.text
    assert "Edit" not in browser.get("/here?path=/posts/it").text
    assert comments(session) == []


def test_a_banned_guest_learns_nothing(session: Session, browser: Browser, send: Send, now: datetime) -> None:
    session.add(Ban(network="127.0.0.0/8", reason="Secret reason", created_at=now))
    session.commit()

    response = send()

    assert response.status_code == 303
    assert "reason" not in browser.get(response.headers["Location"]).get_data(as_text=True)
    assert comments(session)[0].status is SPAM


def test_a_refused_form_changes_nothing_at_all(session: Session, send: Send) -> None:
    def rows() -> list[int]:
        tables = ("comments", "attempts", "events", "user_sessions")
        counts = [session.scalar(select(func.count()).select_from(Comment.metadata.tables[name])) for name in tables]
        session.rollback()
        return counts

    before = rows()

    for broken in ({"name": ""}, {"csrf_token": "x"}, {"parent": "77"}):
        send(**broken)
    assert rows() == before
