"""Comments are moved from status to status, one by one and in bulk."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.audit.models import Batch, Event
from cms.comments.lifecycle import APPROVED, PENDING, SPAM, TRASHED, CommentMove, CommentStatus
from cms.core.permissions import Permission
from tests.admin.comments import LIST, status_of
from tests.browser import Browser
from tests.factories import Make


@pytest.mark.parametrize(
    ("move", "before", "after"),
    [
        (CommentMove.APPROVE, PENDING, APPROVED),
        (CommentMove.SPAM, APPROVED, SPAM),
        (CommentMove.TRASH, PENDING, TRASHED),
        (CommentMove.RESTORE, TRASHED, PENDING),
        (CommentMove.HOLD, APPROVED, PENDING),
    ],
)
def test_a_button_moves_one_comment_and_comes_back(
    browser: Browser, session: Session, make: Make, move: CommentMove, before: CommentStatus, after: CommentStatus
) -> None:
    comment, moderator = make.comment(status=before), make.moderator()
    session.commit()

    answer = browser.sign_in(moderator).post(f"{LIST}{comment.id}/{move}", {"url": "/admin/moderation/"})

    assert (answer.status_code, answer.location) == (303, "/admin/moderation/")
    assert status_of(session, comment) is after
    event = session.scalars(select(Event).where(Event.verb == f"comment.{move}")).one()
    assert event.actor_id == moderator.id


def test_a_move_that_the_status_does_not_allow_is_a_conflict(browser: Browser, session: Session, make: Make) -> None:
    comment, moderator = make.comment(status=APPROVED), make.moderator()
    session.commit()

    assert browser.sign_in(moderator).post(f"{LIST}{comment.id}/approve").status_code == 409
    assert status_of(session, comment) is APPROVED


@pytest.mark.parametrize("path", ["0/approve", "999999/approve", "99999999999999999999/approve", "1/publish", "1/"])
def test_nonsense_in_the_address_of_a_move_is_not_found(
    browser: Browser, session: Session, make: Make, path: str
) -> None:
    make.comment()
    moderator = make.moderator()
    session.commit()

    assert browser.sign_in(moderator).post(f"{LIST}{path}").status_code in (404, 405)


def test_bulk_reports_every_row_as_done_skipped_or_refused(browser: Browser, session: Session, make: Make) -> None:
    first, second, public = make.comment(), make.comment(), make.comment(status=APPROVED)
    hidden = make.comment(make.post())
    moderator = make.user(make.role(Permission.COMMENT_MODERATE))
    session.commit()
    ids = [str(comment.id) for comment in (first, second, public, hidden)]

    answer = browser.sign_in(moderator).post(f"{LIST}action/", {"action": "approve", "rowid": [*ids, "777777"]})

    assert answer.status_code == 303
    page = browser.get(answer.location).text
    assert "2 comments, 1 skipped, 2 refused." in page
    assert [status_of(session, comment) for comment in (first, second, public, hidden)] == [
        APPROVED,
        APPROVED,
        APPROVED,
        PENDING,
    ]
    batch = session.scalars(select(Batch)).one()
    events = session.scalars(select(Event).where(Event.batch_id == batch.id, Event.verb == "comment.approve")).all()
    assert {event.subject_id for event in events} == {first.id, second.id}


@pytest.mark.parametrize("action", ["approve", "spam", "trash", "restore"])
def test_every_bulk_action_works_and_can_be_taken_back(
    browser: Browser, session: Session, make: Make, action: str
) -> None:
    start = {"restore": TRASHED}.get(action, PENDING)
    comment, moderator = make.comment(status=start), make.moderator()
    session.commit()
    browser.sign_in(moderator)

    browser.post(f"{LIST}action/", {"action": action, "rowid": str(comment.id)})

    ends = {"approve": APPROVED, "spam": SPAM, "trash": TRASHED, "restore": PENDING}
    assert status_of(session, comment) is ends[action]


def test_deleting_a_comment_asks_and_puts_it_into_the_trash(browser: Browser, session: Session, make: Make) -> None:
    comment, moderator = make.comment(status=APPROVED), make.moderator()
    session.commit()
    browser.sign_in(moderator)

    page = browser.get(f"{LIST}delete/?id={comment.id}").text
    assert "I drove the harbour bus." in page
    assert "Readers no longer see it." in page
    assert status_of(session, comment) is APPROVED
    answer = browser.post(f"{LIST}delete/", {"id": str(comment.id)})

    assert answer.status_code == 302
    assert status_of(session, comment) is TRASHED
    assert browser.post(f"{LIST}delete/", {"id": str(comment.id)}).status_code == 409
