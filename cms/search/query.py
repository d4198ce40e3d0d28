"""Asking the index."""

import re

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    Subquery,
    Text,
    TextClause,
    bindparam,
    column,
    false,
    func,
    literal_column,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from cms.search.index import Index, words_of

#: More words than this say nothing more, and make a query that both databases refuse.
MAX_WORDS = 12
MAX_LENGTH = 200
_PARTS = re.compile(r'"([^"]+)"|(\S+)')


IdColumn = ColumnElement[int] | InstrumentedAttribute[int]


def matching(
    session: Session, index: Index, id_column: IdColumn, query: str, *, most: int | None = None, whole: bool = False
) -> ColumnElement[bool]:
    """A condition on the id: rows that have every word (the beginning of one is enough) and every “exact phrase”.

    With `most`, of no more than so many that the index finds first; with `whole`, only those that have the whole words,
    which SQLite finds one by one, while it gathers all that begin with them.
    """
    phrases = _phrases(query, whole=whole)
    return id_column.in_(_ids(session, index, phrases).limit(most)) if phrases else false()


def hits(session: Session, index: Index, query: str, most: int) -> list[int]:
    """Ids of rows that match, in no order; the index is read no further than `most`."""
    phrases = _phrases(query)
    return plain_ids(session, _ids(session, index, phrases).limit(most)) if phrases else []


def plain_ids(session: Session, query: Select[int] | CompoundSelect[int]) -> list[int]:
    """What the query finds; thousands of numbers as rows of the session would take longer than finding them."""
    return list(session.connection().scalars(query))


def entries(session: Session, index: Index, query: str, most: int | None = None, *, whole: bool = False) -> Subquery:
    """Ids of rows that match, one after the other as the index finds them: for joins that stop soon."""
    phrases = _phrases(query, whole=whole)
    found = _ids(session, index, phrases) if phrases else select(literal_column("0", Integer).label("id"))
    return found.limit(most).subquery()


def having(session: Session, index: Index, id_column: IdColumn, query: str) -> ColumnElement[bool]:
    """`matching` for words that stand in many rows: each row is looked at by itself, and most need not be."""
    phrases = _phrases(query)
    if not phrases:
        return false()
    # As a value and not with EXISTS, which planners take apart to begin with the index after all.
    one: ColumnElement[int] = literal_column("1", Integer)
    if not _is_sqlite(session):
        entry = table(index.name, column("id", Integer))
        return select(one).where(entry.c.id == id_column, _documents(phrases)).scalar_subquery() == one
    row = table(index.name, column("rowid", Integer), column("title", Text), column("body", Text))
    said = (
        or_(*(_stands_in(texts, words, beginning) for texts in (row.c.title, row.c.body)))
        for words, beginning in phrases
    )
    return select(one).where(row.c.rowid == id_column, *said).scalar_subquery() == one


def _stands_in(texts: ColumnElement[str], words: list[str], beginning: bool) -> ColumnElement[bool]:
    """The index keeps words parted by single spaces."""
    wanted = f" {' '.join(words)}" + ("" if beginning else " ")
    return func.instr(" " + texts + " ", wanted) > 0


def _ids(session: Session, index: Index, phrases: list[tuple[list[str], bool]]) -> Select[int]:
    if _is_sqlite(session):
        key, found = "rowid", text(f"{index.name} MATCH :words").bindparams(_words(_fts5(phrases)))
    else:
        key, found = "id", _documents(phrases)
    return select(literal_column(key, Integer).label("id")).select_from(table(index.name)).where(found)


def _documents(phrases: list[tuple[list[str], bool]]) -> TextClause:
    return text("document @@ to_tsquery('simple', :words)").bindparams(_words(_tsquery(phrases)))


def _words(words: str) -> BindParameter[str]:
    """Another index may be asked in the same statement."""
    return bindparam("words", words, unique=True)


def _phrases(query: str, *, whole: bool = False) -> list[tuple[list[str], bool]]:
    """Groups of words that stand together, and whether the last may be just the beginning of a word."""
    found: list[tuple[list[str], bool]] = []
    for exact, loose in _PARTS.findall(query[:MAX_LENGTH]):
        words = words_of(exact or loose)
        if words:
            found.append((words, not exact and not whole))
    return found[:MAX_WORDS]


def _fts5(phrases: list[tuple[list[str], bool]]) -> str:
    return " ".join(f'"{" ".join(words)}"{"*" if beginning else ""}' for words, beginning in phrases)


def _tsquery(phrases: list[tuple[list[str], bool]]) -> str:
    return " & ".join(
        "(" + " <-> ".join(f"'{word}'" for word in words) + (":*" if beginning else "") + ")"
        for words, beginning in phrases
    )


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
