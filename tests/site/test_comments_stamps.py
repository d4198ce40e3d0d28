"""The stamp in the form: for one post, one person and one day, and only from this site."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from cms.posts.lifecycle import PUBLISHED
from cms.posts.models import Post
from cms.site import stamps
from tests.browser import Browser
from tests.factories import Make
from tests.site.commenting import FORM, STAMP, WORDS, Send, comments


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


def test_another_site_cannot_make_a_member_comment(app: Flask, session: Session, make: Make, post: Post) -> None:
    member = make.user()
    session.commit()
    browser = Browser(app).sign_in(member)
    foreign = STAMP.search(Browser(app).get(FORM).get_data(as_text=True))
    assert foreign is not None

    for token in (foreign[1], browser.token(), ""):
        assert browser.client.post(FORM, data={"body": WORDS, "csrf_token": token}).status_code == 400
    assert comments(session) == []


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
