"""Somebody who is banned does not comment by a program either."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from cms.comments.models import Ban
from cms.posts.lifecycle import PUBLISHED
from tests.api.conftest import Of
from tests.factories import Make


def test_a_banned_member_is_told_as_by_the_form(of: Of, session: Session, make: Make) -> None:
    live, member = make.post(status=PUBLISHED), make.user()
    ends = datetime(2199, 1, 2, 10, tzinfo=UTC)
    session.add(Ban(user_id=member.id, reason="Insults", until=ends, created_at=make.at))
    session.commit()

    answer = of(member).post("/comments", {"post_id": live.id, "body": "Hello"})

    assert answer.status_code == 403
    told = "You may not comment here until Wed 2 Jan 2199, 10:00. The reason: Insults"
    assert answer.json["error"]["message"] == told
