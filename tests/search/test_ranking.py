"""Of what matches, the entries that were indexed last are ranked; the others are neither scored nor looked up."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Select, insert, select, text
from sqlalchemy.orm import Session

from cms.search import POSTS, Question, wanted
from cms.search.bulk import put_found
from cms.search.ranking import scored, way_for, words_for
from cms.taxonomy.models import Tag
from tests.factories import Make

#: All entries, those that match, and those that are ranked: many enough for an index to be worth its while.
ALL, EACH, MOST = 3_000, 15, 20


@pytest.fixture
def fitting(session: Session, make: Make) -> list[int]:
    """Ids of entries that have “north” and “quay”, in their titles and in their texts; they are ids of tags."""
    names = [f"on the north quay {number}" if number % EACH == 0 else f"word{number}" for number in range(ALL)]
    rows = [{"name": name, "key": name, "slug": name, "description": name} for name in names]
    session.execute(insert(Tag), [row | {"created_at": make.at, "updated_at": make.at} for row in rows])
    put_found(session, POSTS, select(Tag.id, Tag.name, Tag.description))
    if session.get_bind().dialect.name == "postgresql":
        for table in ("tags", POSTS.name):
            session.execute(text(f"ANALYZE {table}"))
    return list(session.scalars(select(Tag.id).where(Tag.name.startswith("on")).order_by(Tag.id.desc())))


def ranked(session: Session, words: str, *, by_title: bool) -> Select[Any]:
    terms, is_sqlite = wanted(words), session.get_bind().dialect.name == "sqlite"
    question = Question(POSTS, select(Tag.__table__.c.id), MOST, by_title)
    return scored(question, way_for(terms, is_sqlite=is_sqlite)).params(words_for(terms, is_sqlite=is_sqlite))


@pytest.mark.parametrize("by_title", [True, False])
@pytest.mark.parametrize("words", ["on", "north", "quay north", '"north quay"', '"the north quay"'])
def test_the_entries_that_were_indexed_last_are_ranked(
    session: Session, fitting: list[int], words: str, by_title: bool
) -> None:
    rows = session.execute(ranked(session, words, by_title=by_title)).all()

    assert sorted((row.id for row in rows), reverse=True) == fitting[:MOST]
    assert all(row.in_title and row.score > 0 for row in rows)


@pytest.mark.parametrize(("words", "by_title"), [("north", True), ("north quay", True), ('"the north quay"', False)])
def test_no_more_are_scored_and_looked_up_than_are_ranked(
    session: Session, fitting: list[int], words: str, by_title: bool
) -> None:
    query = ranked(session, words, by_title=by_title)

    if session.get_bind().dialect.name == "sqlite":
        sorting = [step for step in sqlite_plan(session, query) if "ORDER BY" in step]
        assert not sorting, "the index is read no further than to the last of them"
        return
    plan = postgresql_plan(session, query)
    limited = list(below(next(step for step in below(plan) if step["Node Type"] == "Limit")))
    assert "ts_rank_cd" in str(plan["Output"])
    assert "ts_rank_cd" not in str([step["Output"] for step in limited])
    (looked_up,) = [step for step in limited if step.get("Relation Name") == "tags"]
    assert looked_up["Actual Rows"] * looked_up["Actual Loops"] == MOST


def sqlite_plan(session: Session, query: Select[Any]) -> list[str]:
    said = query.compile(session.connection())
    values = tuple(said.params[name] for name in said.positiontup or ())
    return [row[-1] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", values)]


def postgresql_plan(session: Session, query: Select[Any]) -> dict[str, Any]:
    """As of a large site: of a few thousand rows, it may be as quick to read all of them."""
    for way in ("hashjoin", "mergejoin"):
        session.execute(text(f"SET LOCAL enable_{way} = off"))
    said = query.compile(session.connection())
    explained = f"EXPLAIN (ANALYZE, VERBOSE, FORMAT JSON) {said}"
    plan: dict[str, Any] = session.connection().exec_driver_sql(explained, said.params).scalar_one()[0]["Plan"]
    return plan


def below(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for one in step.get("Plans", []):
        yield one
        yield from below(one)
