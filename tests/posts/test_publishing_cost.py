"""What it asks of the database to save and to publish: as much for the hundredth time as for the first."""

from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.posts import actions
from cms.posts.models import Post
from tests.counting import counted
from tests.posts.conftest import HOUR, Create, Publish


def test_a_text_is_saved_and_published_with_few_statements_however_often_it_was(
    session: Session, engine: Engine, create: Create, publish: Publish, editor: User, now: datetime
) -> None:
    post = create("Night ferry", body="It leaves at ten.", tags=["Sea"])
    publish(post)

    costs = [_cost(session, engine, post, editor, now + number * HOUR) for number in range(1, 5)]

    assert max(costs) == min(costs) <= 24


def _cost(session: Session, engine: Engine, post: Post, editor: User, at: datetime) -> int:
    with counted(engine) as statements:
        changes = {"title": f"Night ferry at {at:%H}"}
        actions.save(session, post, changes, base_version=post.version, by=editor, at=at)
        actions.publish(session, post, by=editor, at=at)
        session.flush()
    return len(statements)
