"""To ask again says something only where every moment that was asked for is known to be this one, or was told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, ScalarSelect, Select, insert, literal, select, text
from sqlalchemy.orm import Session

from cms.core.db import UTCDateTime
from cms.posts.models import Post
from cms.site.kept.questions import Asking, Questions
from cms.taxonomy.models import Tag
from tests.factories import Make

AT = datetime(2026, 3, 2, 12, 0, 0, 5, UTC)
LATER = AT + timedelta(hours=2)


def moment(at: datetime) -> Any:
    return literal(at, UTCDateTime)


def known(engine: Engine, *asked: Select[Any] | Any) -> Questions | None:
    asking = Asking(engine)
    with Session(engine) as session:
        with asking.noted() as notes:
            for one in asked:
                session.execute(one)
        session.commit()
    return asking.known(notes, "settings", AT)


def titles(before: datetime) -> Select[Any]:
    return select(Post.title).where(Post.created_at < moment(before)).order_by(Post.id)


def test_the_same_is_asked_for_another_moment(engine: Engine, session: Session, make: Make) -> None:
    make.post(title="Tides", created_at=AT + timedelta(hours=1))
    session.commit()
    questions = known(engine, titles(before=AT))
    assert questions is not None

    assert Asking(engine).is_answered_alike(questions, AT)
    assert not Asking(engine).is_answered_alike(questions, LATER)


def test_what_changed_is_told(engine: Engine, session: Session, make: Make) -> None:
    post = make.post(title="Tides", created_at=AT - timedelta(hours=1))
    session.commit()
    questions = known(engine, titles(before=AT))
    assert questions is not None
    assert Asking(engine).is_answered_alike(questions, LATER)

    post.title = "Ropes"
    session.commit()

    assert not Asking(engine).is_answered_alike(questions, LATER)


def test_after_an_answer_that_is_another_nothing_more_is_asked(engine: Engine, session: Session, make: Make) -> None:
    post = make.post(title="Tides", created_at=AT - timedelta(hours=1))
    session.execute(text("CREATE TABLE boats (name TEXT)"))
    session.commit()
    questions = known(engine, titles(before=AT), text("SELECT name FROM boats"))
    assert questions is not None

    post.title = "Ropes"
    session.execute(text("DROP TABLE boats"))  # to ask for them would be an error
    session.commit()

    assert not Asking(engine).is_answered_alike(questions, LATER)


def test_a_moment_that_the_database_told_is_asked_for_as_it_is(engine: Engine, session: Session, make: Make) -> None:
    at = AT - timedelta(days=3)
    make.post(title="Tides", created_at=at)
    session.commit()

    assert known(engine, select(Post.created_at), titles(before=at)) is not None


def test_any_other_moment_makes_it_worth_nothing(engine: Engine, session: Session, make: Make) -> None:
    """It may have come of the moment at which it was asked: a month before, the day that it was."""
    at = AT - timedelta(days=3)
    make.post(title="Tides", created_at=at)
    session.commit()

    assert known(engine, titles(before=at), select(Post.created_at)) is None
    assert known(engine, titles(before=AT - timedelta(days=30))) is None


def test_a_day_is_a_moment_too(engine: Engine) -> None:
    today: ScalarSelect[Any] | Any = select(literal(AT.date()))
    assert known(engine, today) is None


@pytest.mark.parametrize("many", [False, True])
def test_who_writes_is_not_asked_again(engine: Engine, session: Session, many: bool) -> None:
    tag = {"name": "Sea", "key": "sea", "slug": "sea", "created_at": AT, "updated_at": AT}
    other = tag | {"name": "Air", "key": "air", "slug": "air"}
    written = insert(Tag).values([tag, other]) if many else insert(Tag).values(tag)

    assert known(engine, select(Tag.name), written) is None


def test_nothing_is_noted_outside_the_block(engine: Engine) -> None:
    asking = Asking(engine)
    with Session(engine) as session:
        session.execute(select(Tag.name))
        with asking.noted() as notes:
            pass
        session.execute(select(Tag.name))

    assert notes.asked == []
