"""What a search asks of an index in few statements: with what matches comes what is needed only where that was little.

The parts behind the first look at what it found, and are not begun where that was enough: a database asks a condition
that is the same for all rows once, before it reads any.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Integer,
    Row,
    Select,
    func,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from cms.core.planning import Alone
from cms.search import spelling
from cms.search.among import listed
from cms.search.ranking import Question, Way, before, scored, way_for, words_for
from cms.search.wanted import Term

_FOUND, _IN_TITLES, _WORDS = range(3)
#: Which part it is of, the columns that were asked for, a score, and whether the title matches.
AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Titles:
    """Where more match than are scored, and fewer than `many` of those by their titles, titles are asked by themselves.

    No more than `most` are scored so, which are not fewer than `many`.
    """

    most: int
    many: int


@dataclass(frozen=True)
class Close:
    """Where fewer than `enough` are found, the words that lie near to these `words` are asked for."""

    words: Collection[str]
    enough: int


@dataclass(frozen=True)
class Answer:
    """`in_titles` are the newest of those with a title that matches, where that was asked with the rest."""

    found: Sequence[AnyRow]
    in_titles: Sequence[AnyRow]
    near: Mapping[str, Sequence[str]]


def ask(
    session: Session,
    asked: Question,
    terms: Sequence[Term],
    given: Mapping[str, Any],
    *,
    titles: Titles | None = None,
    close: Close | None = None,
) -> Answer:
    """What has the terms; `given` is for the rows, the second column of which is a text, and what they are among.

    PostgreSQL takes a millisecond longer for a statement that asks for `titles` as well, whether it comes to that or
    not: where there is room for another question, that is for `older_titles`.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    keys = spelling.keys_of_all(close.words) if close is not None else []
    enough = close.enough if close is not None and keys else None
    statement = _statement(asked, way_for(terms, is_sqlite=is_sqlite), titles, enough)
    words = words_for(terms, is_sqlite=is_sqlite) | {"keys": listed(keys, is_sqlite=is_sqlite)}
    of: dict[int, list[AnyRow]] = {_FOUND: [], _IN_TITLES: [], _WORDS: []}
    for row in session.execute(statement, {**given, **words}).all():
        of[row[0]].append(row)
    near = spelling.near(close.words, {row[2] for row in of[_WORDS]}) if close is not None else {}
    return Answer(of[_FOUND], of[_IN_TITLES], near)


def older_titles(
    session: Session,
    asked: Question,
    terms: Sequence[Term],
    given: Mapping[str, Any],
    found: Sequence[AnyRow],
    titles: Titles,
) -> Sequence[AnyRow]:
    """The newest with a title that matches, where that is to be asked after all of these were found.

    PostgreSQL scores them no second time, and goes back from there: entry by entry where many titles match, else from
    all of those, whichever is less to read if they are as frequent everywhere. SQLite has other scores for titles.
    """
    known = [row for row in found if row[-1]]
    if len(found) < asked.most or len(known) >= titles.many:
        return []
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    by_title, way = replace(asked, most=titles.most, by_title=True), way_for(terms, is_sqlite=is_sqlite)
    words = {**given, **words_for(terms, is_sqlite=is_sqlite)}
    if is_sqlite or asked.among:
        return session.execute(_statement(by_title, way, None, None), words).all()
    ids = [row[1] for row in found]
    first, last, lacking = min(ids), max(ids), titles.most - len(known)
    apart = last - first + 1
    way = replace(way, few_titles=len(known) ** 2 * last < lacking * apart**2)
    older = session.execute(_older(by_title, way), {**words, "first": first, "lacking": lacking})
    return [*known, *older]


@lru_cache(maxsize=256)
def _statement(
    asked: Question, way: Way, titles: Titles | None, enough: int | None
) -> CompoundSelect[*tuple[Any, ...]] | Select[*tuple[Any, ...]]:
    """Put together once, which takes longer than most that it asks; with `enough`, words are asked for as well."""
    found = scored(asked, way).cte("found")
    parts = [_part(_FOUND, found.c).select_from(found).where(Alone())]
    if titles is not None:
        in_title = func.count().filter(found.c.in_title)
        are_few = (func.count() == _number(asked.most)) & (in_title < _number(titles.many))
        by_title = scored(replace(asked, most=titles.most, by_title=True), way).subquery()
        parts.append(_part(_IN_TITLES, by_title.c).where(_holds(are_few, found)))
    if enough is not None:
        word = spelling.sharing(is_sqlite=way.is_sqlite).subquery().c.word
        others: Iterable[Any] = (null() for _column in list(found.c)[2:])
        parts.append(_part(_WORDS, (null(), word, *others)).where(_holds(func.count() < _number(enough), found)))
    return union_all(*parts) if len(parts) > 1 else parts[0]


@lru_cache(maxsize=256)
def _older(asked: Question, way: Way) -> Select[*tuple[Any, ...]]:
    return _part(_IN_TITLES, before(asked, way).subquery().c)


def _part(kind: int, columns: Iterable[ColumnElement[Any]]) -> Select[Any]:
    return select(_number(kind).label("part"), *columns)


def _holds(condition: ColumnElement[bool], found: CTE) -> ColumnElement[bool]:
    """Of all that was found."""
    return select(condition).select_from(found).scalar_subquery()


def _number(value: int) -> ColumnElement[int]:
    """Said in the statement, so that a database plans for it."""
    return literal_column(str(value), Integer)
