"""Asking the index."""

import re

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, false, literal_column, select, table, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from cms.search.index import Index, words_of

#: More words than this say nothing more, and make a query that both databases refuse.
MAX_WORDS = 12
MAX_LENGTH = 200
_PARTS = re.compile(r'"([^"]+)"|(\S+)')


def matching(
    session: Session, index: Index, id_column: ColumnElement[int] | InstrumentedAttribute[int], query: str
) -> ColumnElement[bool]:
    """A condition on the id: rows that have every word (the beginning of one is enough) and every “exact phrase”."""
    phrases = _phrases(query)
    if not phrases:
        return false()
    rows: Select[int]
    if session.get_bind().dialect.name == "sqlite":
        key, condition, words = "rowid", f"{index.name} MATCH :words", _fts5(phrases)
    else:
        key, condition, words = "id", "document @@ to_tsquery('simple', :words)", _tsquery(phrases)
    # Another index may be asked in the same statement.
    asked: BindParameter[str] = bindparam("words", words, unique=True)
    rows = select(literal_column(key)).select_from(table(index.name)).where(text(condition).bindparams(asked))
    return id_column.in_(rows)


def _phrases(query: str) -> list[tuple[list[str], bool]]:
    """Groups of words that stand together, and whether the last may be just the beginning of a word."""
    found: list[tuple[list[str], bool]] = []
    for exact, loose in _PARTS.findall(query[:MAX_LENGTH]):
        words = words_of(exact or loose)
        if words:
            found.append((words, not exact))
    return found[:MAX_WORDS]


def _fts5(phrases: list[tuple[list[str], bool]]) -> str:
    return " ".join(f'"{" ".join(words)}"{"*" if beginning else ""}' for words, beginning in phrases)


def _tsquery(phrases: list[tuple[list[str], bool]]) -> str:
    return " & ".join(
        "(" + " <-> ".join(f"'{word}'" for word in words) + (":*" if beginning else "") + ")"
        for words, beginning in phrases
    )
