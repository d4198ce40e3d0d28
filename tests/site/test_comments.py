"""Commenting without a session: the form, what is wrong with it, and the receipt."""

from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from cms.comments.lifecycle import APPROVED, PENDING, SPAM
from cms.posts.models import Post
from cms.site import stamps
from tests.browser import Browser
from tests.factories import Make
from tests.site.commenting import FORM, STAMP, WORDS, Send, comments
from tests.site.conftest import Decide


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
        ("email", "x" * 250 + "@example.com", "has at most 254 characters"),
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


def test_a_double_click_gives_one_comment_and_one_receipt(session: Session, browser: Browser, send: Send) -> None:
    first, second = send(), send()

    assert (first.status_code, second.status_code) == (303, 303)
    assert len(comments(session)) == 1
    assert browser.get(second.headers["Location"]).status_code == 200
