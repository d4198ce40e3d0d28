"""What matches, with how well it does: of the entries that were indexed last, so that a frequent word costs no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Float,
    FromClause,
    Integer,
    Select,
    TableClause,
    Text,
    TextClause,
    bindparam,
    column,
    func,
    select,
    table,
    true,
)
from sqlalchemy import literal_column as said
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSVECTOR

from cms.search.index import Index
from cms.search.wanted import Term, in_fts5, in_tsquery

#: How much more a word counts in a title.
TITLE_WEIGHT = 8.0
#: The same for PostgreSQL, of D, C, B (the text) and A (the title); long texts count less.
WEIGHTS, BY_LENGTH = "'{0, 0, 0.125, 1}'", 1
#: Entries with the words in their title that SQLite keeps in mind while it goes through those that have them anywhere.
TITLES_LATELY = 5_000
#: A word or a beginning of so many letters is not in most titles, nor a phrase of so many words in most texts.
LONG, LONG_PHRASE = 4, 3
#: As the index of titles has it.
TITLE = "ts_filter(document, '{a}')"


@dataclass(frozen=True)
class Question:
    """What is asked of an index whatever the words are, which statements are given besides, as `words_for` says.

    The first column of `rows` is their id; `among` give ids, and only those are looked at. No more than `most` are
    scored. With `by_title`, all words must stand in the title.
    """

    index: Index
    rows: Select[Any]
    most: int
    by_title: bool = False
    among: tuple[Select[Any], ...] = ()

    @property
    def id_column(self) -> ColumnElement[int]:
        return self.rows.selected_columns[0]


@dataclass(frozen=True)
class Way:
    """How a database is asked for some words: whether few texts, and few titles, are thought to have them."""

    is_sqlite: bool
    few_texts: bool = False
    few_titles: bool = False


def way_for(terms: Sequence[Term], *, is_sqlite: bool) -> Way:
    """SQLite needs no advice."""
    if is_sqlite:
        return Way(is_sqlite)
    few_titles = any(len(word) >= LONG for term in terms for word in term.words)
    return Way(is_sqlite, any(len(term.words) >= LONG_PHRASE for term in terms), few_titles)


def words_for(terms: Sequence[Term], *, is_sqlite: bool) -> dict[str, str]:
    """What the statements are given."""
    if not is_sqlite:
        return {"words": in_tsquery(terms)}
    words = in_fts5(terms)
    return {"words": words, "title_words": f"{{title}} : ({words})"}


def scored(asked: Question, way: Way) -> Select[Any]:
    """Of the rows the newest that match, in any order; `score` and `in_title` stand behind their columns."""
    if way.is_sqlite:
        return _by_fts5(asked)
    return _by_tsvector(asked, are_few=way.few_titles if asked.by_title else way.few_texts)


def before(asked: Question, way: Way) -> Select[Any]:
    """The same of entries before the `first` that was found, as many as are `lacking`; both are given. PostgreSQL's."""
    return _by_tsvector(asked, are_few=way.few_titles, goes_on=True)


def _by_fts5(asked: Question) -> Select[Any]:
    name = asked.index.name
    # The plus sign keeps SQLite from asking the index for each of the rows by itself.
    key: ColumnElement[int] = said(f"+{name}.rowid", Integer)
    score: ColumnElement[float] = said(f"-bm25({name}, {TITLE_WEIGHT}, 1.0)", Float)
    titled = true() if asked.by_title else key.in_(_lately(name, bounded=not asked.among))
    return (
        asked.rows.join(table(name), asked.id_column == key)
        .where(_match(name, "title_words" if asked.by_title else "words"))
        .where(*(key.in_(ids) for ids in asked.among))
        .add_columns(score.label("score"), titled.label("in_title"))
        .order_by(said(f"{name}.rowid").desc())
        .limit(said(str(asked.most), Integer))
    )


def _lately(name: str, *, bounded: bool) -> Select[int]:
    """A set that is made once; of a word that stands in most titles it would take longer than all else."""
    ids = select(said("rowid", Integer)).select_from(table(name)).where(_match(name, "title_words"))
    return ids.order_by(said("rowid").desc()).limit(TITLES_LATELY) if bounded else ids


def _match(name: str, words: str) -> TextClause:
    return sql(f"{name} MATCH :{words}")


def _by_tsvector(asked: Question, *, are_few: bool, goes_on: bool = False) -> Select[Any]:
    """PostgreSQL works out what is selected before it sorts: scores are added to the newest that were found."""
    words = func.to_tsquery(said("'simple'"), bindparam("words", type_=Text()))
    entry = _entries(asked, words, are_few, goes_on)
    found = (
        asked.rows.join(entry, entry.c.id == asked.id_column)
        .where(*(entry.c.id.in_(ids) for ids in asked.among))
        .add_columns(entry.c.id.label("entry_id"))
        .order_by(entry.c.id.desc())
        .limit(bindparam("lacking", type_=Integer()) if goes_on else said(str(asked.most), Integer))
        .subquery()
    )
    *shown, entry_id = found.c
    its = _table(asked.index)
    score = func.ts_rank_cd(said(WEIGHTS), its.c.document, words, said(str(BY_LENGTH)))
    titled = true() if asked.by_title else _has(said(TITLE, TSVECTOR), words)
    query = select(*shown, score.label("score"), titled.label("in_title"))
    return query.join_from(found, its, its.c.id == entry_id)


def _entries(asked: Question, words: ColumnElement[Any], are_few: bool, goes_on: bool) -> FromClause:
    """Ids of those that match; few are put in order before their rows are looked up, and then only as many as it takes.

    PostgreSQL itself would look up all of them, or walk through the index from the newest on, as it thinks that to read
    the title of an entry costs nothing.
    """
    entry = _table(asked.index)
    matching = select(entry.c.id).where(_has(said(TITLE, TSVECTOR) if asked.by_title else entry.c.document, words))
    if goes_on:
        # The index of ids would find most of the table for those that are few.
        its_id = entry.c.id + said("0", Integer) if are_few else entry.c.id
        matching = matching.where(its_id < bindparam("first", type_=Integer()))
    if are_few:
        # OFFSET keeps it apart from what it stands in, and so its order.
        matching = matching.order_by(entry.c.id.desc()).offset(said("0"))
    return matching.subquery()


def _table(index: Index) -> TableClause:
    return table(index.name, column("id", Integer), column("document", TSVECTOR))


def _has(document: ColumnElement[Any], words: ColumnElement[Any]) -> ColumnElement[bool]:
    return document.op("@@", return_type=Boolean())(words)
