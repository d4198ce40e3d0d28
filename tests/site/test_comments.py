"""Commenting without a session: the form, the stamp in it, the limits, and the receipt."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from cms.comments.lifecycle import APPROVED, PENDING, SPAM
from cms.comments.models import Ban, Comment
from cms.posts import actions
from cms.posts.lifecycle import PUBLISHED, PostMove
from cms.posts.models import Post
from cms.site import stamps
from tests.browser import Browser
from tests.factories import Make

FORM = "/posts/it/comments"
WORDS = "I drove the harbour bus."
STAMP = re.compile(r'name="csrf_token" value="([^"]+)"')
Decide = Callable[..., None]


@pytest.fixture
def post(session: Session, make: Make) -> Post:
    post = make.post(slug="it", title="The tide clock", status=PUBLISHED)
    session.commit()
    return post


@pytest.fixture
def send(browser: Browser, post: Post) -> Callable[..., TestResponse]:
    """Open the form and send it, as somebody without an account."""

    def _send(headers: dict[str, str] | None = None, *, url: str = FORM, **values: str) -> TestResponse:
        page = browser.get(url).get_data(as_text=True)
        stamp = STAMP.search(page)
        given = {"name": "Rafe", "email": "rafe@example.com", "body": WORDS, "csrf_token": stamp[1] if stamp else ""}
        return browser.client.post(url, data=given | values, headers=headers)

    return _send


Send = Callable[..., TestResponse]


def comments(session: Session) -> list[Comment]:
    session.expire_all()
    found = list(session.scalars(select(Comment).order_by(Comment.id)))
    session.expunge_all()
    session.rollback()
    return found


def test_a_guest_comments_and_gets_a_receipt_that_says_that_it_waits(
    session: Session, browser: Browser, send: Send
) -> None:
    response = send()

    assert response.status_code == 303
    assert response.headers["Location"].startswith("/posts/it/comments/received?c=")
    receipt = browser.get(response.headers["Location"])
    page = receipt.get_data(as_text=True)
    assert receipt.status_code == 200
    assert WORDS in page
    assert "A moderator reads it before it appears." in page
    assert "rafe@example.com" not in page
    comment = comments(session)[0]
    assert (comment.status, comment.guest_name, comment.body) == (PENDING, "Rafe", WORDS)
    assert WORDS not in browser.get("/posts/it").get_data(as_text=True)
    assert "Set-Cookie" not in response.headers
    assert "Set-Cookie" not in receipt.headers


def test_where_nothing_is_held_a_comment_is_public_at_once(
    session: Session, browser: Browser, post: Post, decide: Decide, monkeypatch: pytest.MonkeyPatch, send: Send
) -> None:
    decide(comments_hold="none")
    session.commit()
    monkeypatch.setattr(stamps, "HASTY", timedelta(0))

    receipt = browser.get(send().headers["Location"]).get_data(as_text=True)

    comment = comments(session)[0]
    assert comment.status is APPROVED
    assert f'href="/posts/it#comment-{comment.id}"' in receipt
    assert f'id="comment-{comment.id}"' in browser.get("/posts/it").get_data(as_text=True)


def test_a_form_sent_within_seconds_is_held_and_never_refused(session: Session, decide: Decide, send: Send) -> None:
    decide(comments_hold="none")
    session.commit()

    assert send().status_code == 303
    assert (comments(session)[0].status, comments(session)[0].held_because) == (PENDING, ["fast"])


def test_a_program_that_fills_in_the_trap_gets_the_same_answer_as_everybody(
    session: Session, browser: Browser, send: Send
) -> None:
    response = send(website="https://spam.example")

    assert response.status_code == 303
    assert "A moderator reads it" in browser.get(response.headers["Location"]).get_data(as_text=True)
    assert comments(session)[0].status is SPAM


def test_an_answer_names_whom_it_answers(
    session: Session, browser: Browser, make: Make, post: Post, send: Send
) -> None:
    first = make.comment(post, status=APPROVED, guest_name="Bettrys", body_html="<p>My aunt wound it.</p>")
    session.commit()

    page = browser.get(f"{FORM}?parent={first.id}").get_data(as_text=True)
    assert "Answer Bettrys" in page
    assert "My aunt wound it." in page
    assert f'name="parent" value="{first.id}"' in page

    assert send(parent=str(first.id)).status_code == 303
    assert comments(session)[1].parent_id == first.id


@pytest.mark.parametrize("parent", ["0", "-1", "x", "999999", "9" * 40, "1.5", "²"])
def test_an_answer_to_nothing_keeps_its_text(session: Session, browser: Browser, send: Send, parent: str) -> None:
    assert browser.get(f"{FORM}?parent={parent}").status_code == 200

    response = send(parent=parent)

    assert response.status_code == 422
    assert WORDS in response.get_data(as_text=True)
    assert comments(session) == []


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Enter your name"),
        ("name", "x" * 81, "At most 80 characters"),
        ("email", "nobody", "This is not an e-mail address"),
        ("email", "x" * 250 + "@example.com", "At most 254 characters"),
        ("body", "   ", "Write a comment first"),
        ("body", "y" * 10_001, "At most 10000 characters"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_everything_typed_is_kept(
    session: Session, send: Send, field: str, value: str, sentence: str
) -> None:
    typed = {"name": "Rafe Carnell", "email": "rafe@example.org", "body": "My words."} | {field: value}

    response = send(**typed)
    page = unescape(response.get_data(as_text=True))

    assert response.status_code == 422
    assert f'id="{field}-fault">' in page
    assert sentence in page
    assert 'aria-invalid="true"' in page
    for kept in typed.values():
        assert kept in page
    assert comments(session) == []


def test_a_corrected_form_is_taken(session: Session, browser: Browser, send: Send) -> None:
    again = STAMP.search(send(name="").get_data(as_text=True))
    assert again is not None

    assert send(csrf_token=again[1]).status_code == 303
    assert len(comments(session)) == 1


@pytest.mark.parametrize("stamp", ["", "x", "a.b.c", "é", "x" * 5000])
def test_a_form_without_a_stamp_of_ours_is_malformed_and_keeps_its_text(
    session: Session, send: Send, stamp: str
) -> None:
    response = send(csrf_token=stamp)

    assert response.status_code == 400
    assert WORDS in response.get_data(as_text=True)
    assert STAMP.search(response.get_data(as_text=True))
    assert comments(session) == []


def test_a_stamp_is_for_one_post_and_one_person(
    app: Flask, session: Session, browser: Browser, make: Make, post: Post, send: Send
) -> None:
    other, member = make.post(slug="other", status=PUBLISHED), make.user()
    session.commit()
    with app.test_request_context():
        for stamp in (stamps.make(other.id, None), stamps.make(post.id, member.id), stamps.receipt_of(post.id)):
            assert send(csrf_token=stamp).status_code == 400
    assert comments(session) == []


def test_a_form_left_open_for_more_than_a_day_comes_back_with_its_text(
    session: Session, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "DAY", -1)

    response = send()

    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert WORDS in page
    assert "Nothing is lost" in page
    monkeypatch.undo()
    again = STAMP.search(page)
    assert again is not None
    assert send(csrf_token=again[1]).status_code == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://localhost"}, 303),
        ({"Referer": "http://localhost/posts/it/comments"}, 303),
        ({}, 303),
        ({"Origin": "https://evil.example"}, 400),
        ({"Origin": "null"}, 400),
        ({"Origin": "http://localhost.evil.example"}, 400),
        ({"Origin": "http://localhost:81"}, 400),
        ({"Origin": "http://[broken"}, 400),
        ({"Referer": "https://evil.example/localhost"}, 400),
        ({"Origin": "https://evil.example", "Referer": "http://localhost/"}, 400),
    ],
)
def test_a_form_is_only_taken_from_this_site(
    session: Session, send: Send, headers: dict[str, str], status: int
) -> None:
    assert send(headers).status_code == status
    assert len(comments(session)) == (1 if status == 303 else 0)


def test_a_member_writes_under_their_own_name_whatever_they_send(
    app: Flask, session: Session, make: Make, post: Post
) -> None:
    member = make.user(display_name="Sunniva Marsh")
    member_id = member.id
    session.commit()
    browser = Browser(app).sign_in(member)

    page = browser.get(FORM)
    text = page.get_data(as_text=True)
    stamp = STAMP.search(text)
    assert stamp is not None
    assert "You write as Sunniva Marsh." in text
    assert 'name="email"' not in text
    assert page.headers["Cache-Control"] == "no-store"
    sent = {"name": "Somebody", "email": "x@example.com", "body": WORDS, "csrf_token": stamp[1]}
    response = browser.client.post(FORM, data=sent)

    assert response.status_code == 303
    comment = comments(session)[0]
    assert (comment.author_id, comment.guest_name, comment.guest_email) == (member_id, "", "")
    assert "Sunniva Marsh" in browser.get(response.headers["Location"]).get_data(as_text=True)


def test_another_site_cannot_make_a_member_comment(app: Flask, session: Session, make: Make, post: Post) -> None:
    member = make.user()
    session.commit()
    browser = Browser(app).sign_in(member)
    foreign = STAMP.search(Browser(app).get(FORM).get_data(as_text=True))
    assert foreign is not None

    for token in (foreign[1], browser.token(), ""):
        assert browser.client.post(FORM, data={"body": WORDS, "csrf_token": token}).status_code == 400
    assert comments(session) == []


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


def test_a_double_click_gives_one_comment_and_one_receipt(session: Session, browser: Browser, send: Send) -> None:
    first, second = send(), send()

    assert (first.status_code, second.status_code) == (303, 303)
    assert len(comments(session)) == 1
    assert browser.get(second.headers["Location"]).status_code == 200


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
    assert comments(session) == []


def test_a_banned_guest_learns_nothing(session: Session, browser: Browser, send: Send, now: datetime) -> None:
    session.add(Ban(network="127.0.0.0/8", reason="Secret reason", created_at=now))
    session.commit()

    response = send()

    assert response.status_code == 303
    assert "reason" not in browser.get(response.headers["Location"]).get_data(as_text=True)
    assert comments(session)[0].status is SPAM


def test_a_receipt_is_for_whoever_has_its_signed_address(
    app: Flask, session: Session, browser: Browser, make: Make, post: Post
) -> None:
    elsewhere = make.comment()
    session.commit()
    with app.test_request_context():
        other = stamps.receipt_of(elsewhere.id)
        missing = stamps.receipt_of(10**6)
        form = stamps.make(post.id, None)

    for receipt in ("", "x", str(elsewhere.id), other, missing, form):
        assert browser.get(f"{FORM}/received?c={receipt}").status_code == 404


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
