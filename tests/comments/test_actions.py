"""Comments arrive and are moved, and each leaves a trace."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.models import Event, EventPersonal
from cms.comments import actions, queries
from cms.comments.lifecycle import CommentMove, CommentStatus
from cms.comments.models import Comment
from cms.comments.reasons import Reason
from cms.core.errors import Conflict, Invalid, NotAllowed
from cms.core.permissions import Permission
from cms.posts.lifecycle import PUBLISHED
from cms.posts.models import Post
from tests.comments.conftest import Send
from tests.factories import Make

PENDING, APPROVED, SPAM, TRASHED = CommentStatus
HOUR = timedelta(hours=1)


def test_a_guest_waits_for_a_moderator_by_default(session: Session, send: Send, post: Post) -> None:
    comment = send()

    assert comment.status is PENDING
    assert comment.held_because == ["moderation_on", "first_comment"]
    assert (comment.post_id, comment.author_id, comment.guest_email) == (post.id, None, "rafe@example.com")
    assert "192.0.2.7" not in comment.address_digest


def test_arriving_leaves_a_trace_that_keeps_personal_values_apart(session: Session, send: Send) -> None:
    comment = send()

    event = session.scalars(select(Event).where(Event.verb == "comment.create")).one()
    assert (event.subject_id, event.actor_id) == (comment.id, None)
    assert event.changes["status"] == [None, "pending"]
    assert "rafe@example.com" not in str(event.changes)
    personal = session.scalars(select(EventPersonal).where(EventPersonal.event_id == event.id)).one()
    assert personal.values["guest_email"] == "rafe@example.com"


@pytest.mark.parametrize(
    ("rules", "reasons"),
    [
        ({"comments_hold": "none"}, []),
        ({"comments_hold": "first"}, ["first_comment"]),
        ({"comments_hold": "none", "comments_max_links": 0}, ["links"]),
        ({"comments_hold": "none", "comments_words": ["Harbour  bus", "  ", "harbour BUS"]}, ["word"]),
        ({"comments_hold": "none", "comments_words": ["harb"]}, []),
        ({"comments_hold": "none", "comments_words": ["rafe@example.com"]}, ["word"]),
    ],
)
def test_the_rules_of_the_site_say_why_a_comment_waits(send: Send, rules: dict[str, Any], reasons: list[str]) -> None:
    comment = send("I drove the harbour bus, see <https://example.org/bus>.", rules=rules)

    assert comment.held_because == reasons
    assert comment.status is (PENDING if reasons else APPROVED)


def test_who_was_approved_once_waits_no_more(session: Session, send: Send, make: Make, now: datetime) -> None:
    first_only = {"comments_hold": "first"}
    actions.move_comment(session, loaded(session, send()), CommentMove.APPROVE, by=make.moderator(), at=now)

    assert send("Another thing.", rules=first_only).status is APPROVED
    assert send("Not me.", name="Somebody else", rules=first_only).status is PENDING


def test_the_author_of_the_post_and_its_moderators_are_not_held(send: Send, writer: User, make: Make) -> None:
    strict = {"comments_max_links": 0}

    assert send("<https://example.org>", by=writer, rules=strict).status is APPROVED
    assert send("<https://example.org>", by=make.moderator(), rules=strict).status is APPROVED
    assert send("<https://example.org>", by=make.contributor(), rules=strict).status is PENDING


def test_a_moderator_of_one_tag_is_trusted_under_that_tag_only(send: Send, make: Make) -> None:
    sea, town = make.tag("Sea"), make.tag("Town")
    at_sea = make.user(make.role(Permission.COMMENT_MODERATE, tags=(sea,)))
    posts_of = {tag: make.post(status=PUBLISHED, tags=[tag]) for tag in (sea, town)}

    assert send("Here.", by=at_sea, on=posts_of[sea]).status is APPROVED
    assert send("There.", by=at_sea, on=posts_of[town]).status is PENDING


def test_a_trap_and_a_hasty_form_are_remembered_as_reasons(send: Send) -> None:
    free = {"comments_hold": "none"}

    assert send("One.", noticed=(Reason.TRAP,), rules=free).status is SPAM
    hasty = send("Two.", noticed=(Reason.FAST,), rules=free)
    assert (hasty.status, hasty.held_because) == (PENDING, ["fast"])


def test_sending_a_form_twice_gives_one_comment(session: Session, send: Send, now: datetime) -> None:
    first = send()

    assert send(at=now + HOUR + timedelta(seconds=3)) is first
    assert session.scalar(select(func.count()).select_from(Comment)) == 1


def test_saying_the_same_again_elsewhere_is_held(send: Send, make: Make) -> None:
    words = "Visit my shop for the finest boat covers on this coast."
    send(words)

    again = send(words, on=make.post(status=PUBLISHED), rules={"comments_hold": "none"})

    assert again.held_because == ["duplicate"]


@pytest.mark.parametrize("rules", [{"comments_enabled": False}, {"comments_close_days": 1}])
def test_a_closed_conversation_takes_nothing(send: Send, now: datetime, rules: dict[str, Any]) -> None:
    with pytest.raises(Conflict):
        send(rules=rules, at=now + timedelta(days=1))


def test_a_post_may_close_its_own_comments(send: Send, make: Make) -> None:
    with pytest.raises(Conflict):
        send(on=make.post(status=PUBLISHED, comments_open=False))


def test_guests_are_refused_where_only_members_may_comment(send: Send, make: Make) -> None:
    members = {"comments_from": "members"}

    with pytest.raises(NotAllowed):
        send(rules=members)
    assert send(by=make.user(), rules=members).author_id is not None


@pytest.mark.parametrize("status", [PENDING, SPAM, TRASHED])
def test_only_what_is_public_can_be_answered(send: Send, make: Make, post: Post, status: CommentStatus) -> None:
    hidden = make.comment(post, status=status)

    with pytest.raises(Invalid) as refused:
        send(parent_id=hidden.id)

    assert list(refused.value.fields) == ["parent"]


def test_an_answer_stays_within_its_post(send: Send, make: Make, post: Post) -> None:
    elsewhere, here = make.comment(status=APPROVED), make.comment(post, status=APPROVED)

    with pytest.raises(Invalid):
        send(parent_id=elsewhere.id)
    assert send(parent_id=here.id).parent_id == here.id


@pytest.mark.parametrize(
    ("start", "move", "end"),
    [
        (PENDING, CommentMove.APPROVE, APPROVED),
        (PENDING, CommentMove.SPAM, SPAM),
        (APPROVED, CommentMove.TRASH, TRASHED),
        (APPROVED, CommentMove.HOLD, PENDING),
        (SPAM, CommentMove.RESTORE, PENDING),
        (TRASHED, CommentMove.RESTORE, PENDING),
    ],
)
def test_a_moderator_moves_a_comment_and_leaves_a_trace(
    session: Session, make: Make, now: datetime, start: CommentStatus, move: CommentMove, end: CommentStatus
) -> None:
    comment, moderator = loaded(session, make.comment(status=start, held_because=["links"])), make.moderator()

    actions.move_comment(session, comment, move, by=moderator, at=now)

    assert (comment.status, comment.moderated_by_id, comment.held_because) == (end, moderator.id, ["links"])
    event = session.scalars(select(Event).where(Event.subject_type == "comments")).one()
    assert (event.verb, event.actor_id) == (f"comment.{move}", moderator.id)
    assert event.changes == {
        "status": [start.value, end.value],
        "moderated_at": [None, now.isoformat()],
        "moderated_by_id": [None, event.actor_id],
    }


def test_who_may_not_moderate_changes_nothing(session: Session, make: Make, now: datetime) -> None:
    comment = loaded(session, make.comment())

    for person in (make.author(), make.contributor(), make.user()):
        assert actions.available_moves(comment, to=person) == []
        with pytest.raises(NotAllowed):
            actions.move_comment(session, comment, CommentMove.APPROVE, by=person, at=now)
    assert comment.status is PENDING
    assert session.scalar(select(func.count()).select_from(Event).where(Event.subject_type == "comments")) == 0


def loaded(session: Session, comment: Comment) -> Comment:
    """With its post, as every policy wants it."""
    return session.scalars(select(Comment).where(Comment.id == comment.id).options(*queries.loaded())).one()
