"""What matches, with how well it does: of the entries that were indexed last, so that a frequent word costs no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Float,
    Integer,
    Select,
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
from sqlalchemy.orm import Session

from cms.search.index import Index
from cms.search.query import IdColumn
from cms.search.wanted import Term, in_fts5, in_tsquery

#: How much more a word counts in a title.
TITLE_WEIGHT = 8.0
#: The same for PostgreSQL, of D, C, B (the text) and A (the title); long texts count less.
WEIGHTS, BY_LENGTH = "'{0, 0, 0.125, 1}'", 1
#: Entries with the words in their title that SQLite keeps in mind while it goes through those that have them anywhere.
TITLES_LATELY = 5_000
#: As the index of titles has it.
TITLE = "ts_filter(document, '{a}')"


@dataclass(frozen=True)
class Scoring:
    """A question to an index; `among` are ids, and only those are looked at.

    Where few are expected to match, PostgreSQL is kept from going through all entries from the newest on.
    """

    index: Index
    terms: Sequence[Term]
    among: Sequence[Select[Any]] = ()
    is_rare: bool = False


def scored(session: Session, asked: Scoring, rows: Select[Any], id_column: IdColumn, *, by_title: bool) -> Select[Any]:
    """Of `rows` those that match, the newest entries first; `score` and `in_title` stand behind their columns.

    With `by_title`, all must stand in the title. Give it a limit: each row that is found is looked up and scored.
    """
    make = _by_fts5 if session.get_bind().dialect.name == "sqlite" else _by_tsvector
    return make(asked, rows, id_column, by_title)


def _by_fts5(asked: Scoring, rows: Select[Any], id_column: IdColumn, by_title: bool) -> Select[Any]:
    name, words = asked.index.name, in_fts5(asked.terms)
    in_title = f"{{title}} : ({words})"
    # The plus sign keeps SQLite from asking the index for each of the rows by itself.
    key: ColumnElement[int] = said(f"+{name}.rowid", Integer)
    score: ColumnElement[float] = said(f"-bm25({name}, {TITLE_WEIGHT}, 1.0)", Float)
    titled = true() if by_title else key.in_(_lately(name, in_title, bounded=not asked.among))
    return (
        rows.join(table(name), id_column == key)
        .where(_match(name, in_title if by_title else words))
        .where(*(key.in_(ids) for ids in asked.among))
        .add_columns(score.label("score"), titled.label("in_title"))
        .order_by(said(f"{name}.rowid").desc())
    )


def _lately(name: str, words: str, *, bounded: bool) -> Select[int]:
    """A set that is made once; of a word that stands in most titles it would take longer than all else."""
    ids = select(said("rowid", Integer)).select_from(table(name)).where(_match(name, words))
    return ids.order_by(said("rowid").desc()).limit(TITLES_LATELY) if bounded else ids


def _match(name: str, words: str) -> TextClause:
    return sql(f"{name} MATCH :words").bindparams(_words(words))


def _by_tsvector(asked: Scoring, rows: Select[Any], id_column: IdColumn, by_title: bool) -> Select[Any]:
    entry = table(asked.index.name, column("id", Integer), column("document", TSVECTOR))
    words = func.to_tsquery(said("'simple'"), _words(in_tsquery(asked.terms)))
    titled: ColumnElement[bool] = said(TITLE, TSVECTOR).op("@@", return_type=Boolean())(words)
    score = func.ts_rank_cd(said(WEIGHTS), entry.c.document, words, BY_LENGTH)
    return (
        rows.join(entry, entry.c.id == id_column)
        .where(titled if by_title else entry.c.document.op("@@")(words))
        .where(*(entry.c.id.in_(ids) for ids in asked.among))
        .add_columns(score.label("score"), titled.label("in_title"))
        .order_by((entry.c.id + said("0", Integer) if asked.is_rare else entry.c.id).desc())
    )


def _words(words: str) -> BindParameter[str]:
    return bindparam("words", words, Text, unique=True)
