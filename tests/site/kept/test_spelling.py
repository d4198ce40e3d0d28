"""Questions go with a page into its file, and come out of it where this process has asked the same before."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from cms.posts.models import Post
from cms.site.kept import statements
from cms.site.kept.page import KeptPage, digest_of, load, packed
from cms.site.kept.questions import AT, Asking, Questions
from tests.factories import Make

NOW = datetime(2026, 3, 2, 12, 0, 0, 5, UTC)
LATER = NOW + timedelta(hours=2)


def page(questions: Questions | None) -> KeptPage:
    body = b"text " * 100
    return KeptPage(1, 0.0, float("inf"), 7, [("Content-Type", "text/html")], digest_of(body), packed(body), questions)


def questions(*given: Any, statement: str = "SELECT 1") -> Questions:
    return Questions(((statements.learnt(statement), given),), (b"\0" * 20,), "settings", False)


def test_what_was_noted_of_a_page_can_be_asked_by_whoever_reads_its_file(
    engine: Engine, session: Session, make: Make
) -> None:
    post = make.post(title="Tides", created_at=NOW - timedelta(hours=1))
    session.commit()
    asking = Asking(engine)
    with Session(engine) as other, asking.noted() as notes:
        titles = select(Post.title).where(Post.created_at < NOW, Post.id.in_([post.id])).order_by(Post.id)
        assert other.scalars(titles).all() == ["Tides"], "what is noted is still there for whoever asked"
    read = load(page(asking.known(notes, "settings", NOW)).dump()).questions
    assert read is not None

    assert asking.is_answered_alike(read, LATER)
    post.title = "Ropes"
    session.commit()
    assert not asking.is_answered_alike(read, LATER)


@pytest.mark.parametrize("value", [None, True, 7, 0.5, "word", NOW, NOW.replace(tzinfo=None), date(2026, 3, 2), AT])
def test_values_come_out_as_they_went_in(value: Any) -> None:
    read = load(page(questions(value, value)).dump()).questions
    assert read is not None
    (asked,) = read.asked
    assert asked == ("SELECT 1", (value, value))
    assert (type(asked[1][0]), asked[1][0] is AT) == (type(value), value is AT)


@pytest.mark.parametrize("value", [b"bytes", object(), {1}])
def test_what_has_no_spelling_keeps_no_page_from_its_file(value: Any) -> None:
    one = page(questions(value))
    assert load(one.dump()) == one
    assert load(one.dump()).questions is None


def test_a_file_cannot_say_what_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only statements of this process are asked: a name that it does not know is nothing."""
    dumped = page(questions(statement="DROP TABLE posts")).dump()
    assert b"DROP" not in dumped
    monkeypatch.setattr(statements, "_known", {})

    assert load(dumped) == page(None)
    assert load(dumped).questions is None


def test_statements_are_remembered_up_to_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "_known", {})
    for number in range(2 * statements.MOST + 1):
        statements.learnt(f"SELECT {number}")

    assert len(statements._known) <= statements.MOST
    assert statements.named(statements.name_of(f"SELECT {2 * statements.MOST}")) == f"SELECT {2 * statements.MOST}"


@pytest.mark.parametrize(
    "told", ["7", "null", '{"asked": 7}', '{"asked": [], "answers": "no", "settings": "", "plans_once": false}']
)
def test_a_file_whose_questions_are_none_is_no_page(told: str) -> None:
    line, rest = page(None).dump().split(b"\n", 1)
    with pytest.raises(ValueError, match=r"describes no page|hexadecimal"):
        load(line[:-1] + b', "questions": ' + told.encode() + b"}\n" + rest)


def test_rows_that_were_noted_are_there_in_every_way_they_may_be_taken(engine: Engine) -> None:
    three = text("SELECT 1 AS n UNION SELECT 2 UNION SELECT 3 ORDER BY n")
    asking = Asking(engine)
    with engine.connect() as connection, asking.noted() as notes:
        assert connection.execute(three).all() == [(1,), (2,), (3,)]
        assert [row.n for row in connection.execute(three)] == [1, 2, 3]
        assert connection.execute(three).first() == (1,)
        assert connection.execute(three).fetchmany(2) == [(1,), (2,)]
        assert connection.scalar(three) == 1

    assert len(notes.answers) == 5


def test_what_writes_has_no_name(engine: Engine, session: Session, make: Make) -> None:
    """A name leads to what may be asked again."""
    make.post(title="Tides")
    session.commit()
    written = text("UPDATE posts SET title = 'Ropes'")
    asking = Asking(engine)
    with engine.begin() as connection, asking.noted() as notes:
        connection.execute(written)
        connection.execute(text("SELECT 'behind it'"))

    assert asking.known(notes, "settings", NOW) is None
    assert statements.named(statements.name_of(written.text)) is None
