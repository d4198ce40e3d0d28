"""Few statements for all that a search may need; what was not needed was not read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, insert, select, text
from sqlalchemy.orm import Session

from cms.search import POSTS, Answer, Close, Question, Titles, ask, learn, older_titles, wanted
from cms.search.at_once import AnyRow
from cms.search.bulk import put_found
from cms.search.ranking import scored, way_for, words_for
from cms.taxonomy.models import Tag
from tests.counting import counted
from tests.factories import Make

#: Entries; of so many that match some are scored, and so many of those that match by their titles.
ALL, FOUND, TITLED = 1_200, 40, 20
ROWS = select(Tag.__table__.c.id, Tag.__table__.c.name)
ANYWHERE, BY_TITLE = Question(POSTS, ROWS, FOUND), Question(POSTS, ROWS, TITLED, by_title=True)
TITLES = Titles(TITLED, TITLED)


@pytest.fixture
def entries(session: Session, make: Make) -> None:
    """All have “pier”, “tide” and “dock” in their texts; a third, some and three of the oldest in their titles."""
    rows = [{"name": _title(number), "key": f"{number}", "slug": f"{number}"} for number in range(ALL)]
    kept = {"created_at": make.at, "updated_at": make.at, "description": "pier tide dock"}
    session.execute(insert(Tag), [row | kept for row in rows])
    put_found(session, POSTS, select(Tag.id, Tag.name, Tag.description))
    if session.get_bind().dialect.name == "postgresql":
        for table in ("tags", POSTS.name):
            session.execute(text(f"ANALYZE {table}"))


def _title(number: int) -> str:
    places = {"pier": number % 3 == 1, "tide": number % 16 == 1, "dock": number in (1, 3, 5)}
    return " ".join([f"number{number}", *(word for word, is_there in places.items() if is_there)])


def answer(session: Session, words: str, *, near: str = "", enough: int = 5, most: int = FOUND) -> Answer:
    close = Close([near], enough) if near else None
    return ask(session, Question(POSTS, ROWS, most), wanted(words), {}, titles=TITLES, close=close)


def asked_alone(session: Session, question: Question, words: str) -> Sequence[Any]:
    terms, is_sqlite = wanted(words), session.get_bind().dialect.name == "sqlite"
    return session.execute(
        scored(question, way_for(terms, is_sqlite=is_sqlite)), words_for(terms, is_sqlite=is_sqlite)
    ).all()


def told(rows: Sequence[AnyRow]) -> list[tuple[Any, ...]]:
    """Without the part that a row is of; the newest first."""
    return sorted((tuple(row)[-4:] for row in rows), reverse=True)


WORDS = ["pier", "pie", "tide", "tid", "dock", "doc", "tide pier"]


@pytest.mark.usefixtures("entries")
@pytest.mark.parametrize("words", WORDS)
def test_where_more_match_than_are_scored_titles_are_asked_with_the_rest(session: Session, words: str) -> None:
    found = answer(session, words)

    assert told(found.found) == told(asked_alone(session, ANYWHERE, words))
    assert told(found.in_titles) == told(asked_alone(session, BY_TITLE, words))
    assert found.in_titles


@pytest.mark.usefixtures("entries")
@pytest.mark.parametrize("words", WORDS)
def test_or_after_it_past_many_titles_that_match_as_past_few(session: Session, words: str) -> None:
    found = asked_alone(session, ANYWHERE, words)
    parted = ask(session, ANYWHERE, wanted(words), {}).found
    assert told(parted) == told(found)

    with counted(session.get_bind()) as statements:
        in_titles = older_titles(session, ANYWHERE, wanted(words), {}, parted, TITLES)

    assert told(in_titles) == told(asked_alone(session, BY_TITLE, words))
    assert len(statements) == 1


@pytest.mark.usefixtures("entries")
@pytest.mark.parametrize(("words", "most"), [("number", FOUND), ('"number1"', FOUND), ("x", FOUND), ("pier", ALL + 1)])
def test_titles_are_not_asked_where_enough_were_found_by_them_or_all_that_match(
    session: Session, words: str, most: int
) -> None:
    found = answer(session, words, most=most)

    with counted(session.get_bind()) as statements:
        assert older_titles(session, Question(POSTS, ROWS, most), wanted(words), {}, found.found, TITLES) == []
    assert not found.in_titles
    assert not statements


def test_words_that_lie_near_are_told_where_little_was_found(session: Session, entries: None) -> None:
    learn(session, ["lighthouse"])

    assert answer(session, "zyzzyva", near="ligthouse").near == {"ligthouse": ["lighthouse"]}
    assert answer(session, '"number1"', near="ligthouse", enough=2).near == {"ligthouse": ["lighthouse"]}
    assert answer(session, '"number1"', near="ligthouse", enough=1).near == {}
    assert answer(session, "pier", near="ligthouse").near == {}
    assert answer(session, "zyzzyva", near="the").near == {}


def test_all_of_it_is_one_question(session: Session, entries: None) -> None:
    with counted(session.get_bind()) as statements:
        answer(session, "dock", near="ligthouse")

    assert len(statements) == 1


@pytest.mark.usefixtures("entries")
@pytest.mark.parametrize("words", ["dock", "pier", "number", "zyzzyva"])
def test_postgresql_begins_no_part_that_is_not_needed(session: Session, words: str) -> None:
    if session.get_bind().dialect.name == "sqlite":
        return  # no plan of it tells what was read
    with asked(session) as statements:
        answer(session, words, near="ligthouse")
    ((statement, given),) = statements
    explained = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
    plan = session.connection().exec_driver_sql(explained, given).scalar_one()[0]["Plan"]

    (titles,) = [step for step in below(plan) if step["Node Type"] == "Limit" and "ts_filter" in str(step)]
    (near,) = [step for step in below(plan) if step.get("Relation Name") == "search_words"]
    assert bool(titles["Actual Loops"]) == (words in ("dock", "pier"))
    assert bool(near["Actual Loops"]) == (words == "zyzzyva")


def test_postgresql_calls_no_process_for_help_with_it(session: Session) -> None:
    if session.get_bind().dialect.name == "sqlite":
        return  # it has none
    with asked(session) as statements:
        answer(session, "pier")
        asked_alone(session, ANYWHERE, "pier")
    session.rollback()
    for setting in ("parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size"):
        session.execute(text(f"SET LOCAL {setting} = 0"))
    for way in ("indexscan", "bitmapscan", "indexonlyscan"):
        session.execute(text(f"SET LOCAL enable_{way} = off"))

    alone, like_any_other = (
        str(session.connection().exec_driver_sql(f"EXPLAIN {statement}", given).all())
        for statement, given in statements
    )

    assert "Gather" in like_any_other
    assert "Gather" not in alone


@contextmanager
def asked(session: Session) -> Iterator[list[tuple[str, Any]]]:
    """Statements with what was given to them."""
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, *_more: Any) -> None:
        statements.append((statement, given))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def below(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for one in plan.get("Plans", []):
        yield one
        yield from below(one)
