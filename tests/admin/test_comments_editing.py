"""A moderator corrects what a comment says, and the record keeps what it said."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.audit.models import Event
from cms.comments.lifecycle import APPROVED
from cms.core.permissions import Permission, Scope
from cms.posts.lifecycle import PUBLISHED
from cms.search import COMMENTS, put
from tests.admin.comments import LIST
from tests.browser import Browser
from tests.factories import Make


def test_a_moderator_corrects_a_comment_and_the_record_keeps_what_it_said(
    browser: Browser, session: Session, make: Make
) -> None:
    post, moderator = make.post(status=PUBLISHED, slug="clock"), make.moderator()
    comment = make.comment(post, status=APPROVED, body="Call 555 now.")
    put(session, COMMENTS, comment.id, comment.guest_name, comment.body)
    session.commit()
    browser.sign_in(moderator)
    assert "Call 555 now." in browser.get(f"{LIST}edit/?id={comment.id}").text

    answer = browser.post(f"{LIST}edit/?id={comment.id}", {"edited_at": "", "body": "Call *me*."})

    assert answer.location == f"{LIST}details/?id={comment.id}"
    session.expire_all()
    assert (comment.body, comment.body_html, comment.status) == ("Call *me*.", "<p>Call <em>me</em>.</p>\n", APPROVED)
    assert comment.edited_at is not None
    event = session.scalars(select(Event).where(Event.verb == "comment.edit")).one()
    assert event.actor_id == moderator.id
    assert event.changes == {
        "body": ["Call 555 now.", "Call *me*."],
        "edited_at": [None, comment.edited_at.isoformat()],
    }
    session.commit()
    assert "Call *me*." in browser.get(f"{LIST}?search=call").text
    assert ">Edited<" in browser.get("/posts/clock").text


@pytest.mark.parametrize("body", ["", "   ", "x" * 10_001])
def test_a_comment_cannot_be_edited_into_nothing(browser: Browser, session: Session, make: Make, body: str) -> None:
    comment, moderator = make.comment(), make.moderator()
    session.commit()

    answer = browser.sign_in(moderator).post(f"{LIST}edit/?id={comment.id}", {"body": body})

    assert answer.status_code == 422
    assert 'id="body-error"' in answer.text


def test_two_who_edit_one_comment_do_not_overwrite_each_other(browser: Browser, session: Session, make: Make) -> None:
    comment, moderator = make.comment(), make.moderator()
    session.commit()
    browser.sign_in(moderator)
    assert browser.post(f"{LIST}edit/?id={comment.id}", {"edited_at": "", "body": "First."}).status_code == 302

    for stale in ("", "yesterday", "2026-01-01T00:00:00"):
        again = browser.post(f"{LIST}edit/?id={comment.id}", {"edited_at": stale, "body": "Second."})
        assert again.status_code == 409
        assert "Second." in again.text


def test_who_moderates_own_posts_edits_no_other_comment(browser: Browser, session: Session, make: Make) -> None:
    comment = make.comment()
    person = make.user(make.role((Permission.COMMENT_MODERATE, Scope.OWN)))
    session.commit()
    browser.sign_in(person)

    assert browser.post(f"{LIST}edit/?id={comment.id}", {"body": "Mine."}).status_code == 404
    assert browser.post(f"{LIST}delete/", {"id": str(comment.id)}).status_code == 404
