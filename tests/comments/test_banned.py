"""What a ban stops, and what whoever it stops is told."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from cms.comments.lifecycle import APPROVED, SPAM
from cms.comments.models import Ban
from cms.core.errors import NotAllowed
from cms.core.generation import is_seen_by_readers
from cms.posts.lifecycle import PUBLISHED
from tests.comments.conftest import Send
from tests.factories import Make

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    "ban", [{"email": "rafe@example.com"}, {"network": "192.0.2.0/24"}, {"network": "192.0.2.7/32"}]
)
def test_what_a_banned_guest_sends_is_spam(session: Session, send: Send, now: datetime, ban: dict[str, str]) -> None:
    session.add(Ban(**ban, created_at=now))

    comment = send(rules={"comments_hold": "none"})

    assert (comment.status, comment.held_because) == (SPAM, ["banned"])


def test_a_banned_member_is_told(session: Session, send: Send, make: Make, now: datetime) -> None:
    member = make.user()
    session.add(Ban(user_id=member.id, created_at=now))

    with pytest.raises(NotAllowed):
        send(by=member)


def test_a_banned_member_reads_the_reason_and_the_end(session: Session, send: Send, make: Make, now: datetime) -> None:
    member = make.user()
    session.add(Ban(user_id=member.id, reason="Insults", until=now + 2 * HOUR, created_at=now))

    with pytest.raises(NotAllowed, match=r"until 2026-03-02T14:00.*The reason: Insults"):
        send(by=member)


def test_others_on_a_network_do_not_read_why_it_is_banned(
    session: Session, send: Send, make: Make, now: datetime
) -> None:
    session.add(Ban(network="192.0.2.0/24", reason="Rafe", until=now + 2 * HOUR, created_at=now))

    with pytest.raises(NotAllowed) as refused:
        send(by=make.user())

    assert refused.value.message == "You may not comment here for the time being."


def test_a_ban_on_oneself_is_told_before_one_on_the_network(
    session: Session, send: Send, make: Make, now: datetime
) -> None:
    member = make.user()
    session.add(Ban(user_id=member.id, reason="Insults", created_at=now))
    session.flush()
    session.add(Ban(network="192.0.2.0/24", created_at=now))

    with pytest.raises(NotAllowed, match="Insults"):
        send(by=member)


def test_signing_out_or_in_is_no_way_round_a_ban(session: Session, send: Send, make: Make, now: datetime) -> None:
    member, guest = make.user(email="rafe@example.com"), make.user(email="sunniva@example.com")
    session.add_all([Ban(user_id=member.id, created_at=now), Ban(email=guest.email, created_at=now)])

    assert send(rules={"comments_hold": "none"}).held_because == ["banned"]
    with pytest.raises(NotAllowed):
        send(by=guest)


def test_a_banned_member_does_not_answer_either(session: Session, send: Send, make: Make, now: datetime) -> None:
    member, post = make.user(), make.post(status=PUBLISHED)
    said = make.comment(post, status=APPROVED)
    session.add(Ban(user_id=member.id, created_at=now))

    with pytest.raises(NotAllowed):
        send(on=post, by=member, parent_id=said.id)


def test_a_banned_member_who_sends_again_what_they_said_before_is_told_too(
    session: Session, send: Send, make: Make, now: datetime
) -> None:
    member, post = make.user(), make.post(status=PUBLISHED)
    send(on=post, by=member)
    session.add(Ban(user_id=member.id, created_at=now))

    with pytest.raises(NotAllowed):
        send(on=post, by=member)


def test_a_ban_ends(session: Session, send: Send, now: datetime) -> None:
    session.add(Ban(email="rafe@example.com", created_at=now, until=now + HOUR))

    assert send(rules={"comments_hold": "none"}, at=now + HOUR).status is APPROVED


@pytest.mark.parametrize("statement", ["INSERT INTO bans VALUES (1)", "UPDATE bans SET until=1", "DELETE FROM bans"])
def test_pages_that_are_kept_know_nothing_of_bans(statement: str) -> None:
    assert not is_seen_by_readers(statement)
