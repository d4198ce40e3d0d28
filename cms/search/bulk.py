"""Writing the index of many new rows in one statement."""

from sqlalchemy import ColumnElement, Integer, Select, Text, column, func, insert, literal_column, select, table
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Session

from cms.search.index import Index


def put_found(session: Session, index: Index, documents: Select[int, str, str]) -> None:
    """Index what a query finds, as (id, title, body): rows that are not indexed yet, texts as `words_of` cuts them."""
    found = documents.subquery()
    row_id, title, body = found.c
    if session.get_bind().dialect.name == "sqlite":
        target = table(index.name, column("rowid", Integer), column("title", Text), column("body", Text))
        session.execute(insert(target).from_select(["rowid", "title", "body"], select(row_id, title, body)))
        return
    target = table(index.name, column("id", Integer), column("document", TSVECTOR))
    document = _weighted(title, "A").op("||")(_weighted(body, "B"))
    session.execute(insert(target).from_select(["id", "document"], select(row_id, document)))


def _weighted(words: ColumnElement[str], weight: str) -> ColumnElement[str]:
    vector = func.to_tsvector(literal_column("'simple'::regconfig"), words)
    weighted: ColumnElement[str] = func.setweight(vector, literal_column(f"'{weight}'"), type_=TSVECTOR)
    return weighted
