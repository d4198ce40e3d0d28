"""Writing the index of many new rows in one statement."""

from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Dialect,
    Integer,
    Select,
    Text,
    TypeDecorator,
    column,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from cms.search.index import INDEXES, Index

#: What PostgreSQL gathers before it sorts new rows into an index, in KiB: the more, the fewer pages it writes twice.
PENDING = 64 * 1024
#: The index of the titles of what readers see.
TITLES = "ix_search_editions_title"


class Words(TypeDecorator[str]):
    """A column of texts as `words_of` cuts them; ready for the index, which matters where many rows share one."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(TSVECTOR() if dialect.name == "postgresql" else Text())

    def bind_expression(self, bindparam: BindParameter[str]) -> ColumnElement[str]:
        return AsWords(type_coerce(bindparam, Text()))


class AsWords(FunctionElement[str]):
    """A text as a value of `Words`."""

    type = Words()
    inherit_cache = True


@compiles(AsWords)
def _as_words(element: AsWords, compiler: SQLCompiler, **options: Any) -> str:
    words = compiler.process(element.clauses, **options)
    return f"to_tsvector('simple', {words})" if compiler.dialect.name == "postgresql" else words


def put_found(session: Session, index: Index, documents: Select[int, str, str]) -> None:
    """Index what a query finds, as (id, title, body): rows that are not indexed yet, texts as `words_of` cuts them."""
    row_id, *texts = documents.subquery().c
    title, body = (one if isinstance(one.type, Words) else AsWords(one) for one in texts)
    if session.get_bind().dialect.name == "sqlite":
        target = table(index.name, column("rowid", Integer), column("title", Text), column("body", Text))
        session.execute(insert(target).from_select(["rowid", "title", "body"], select(row_id, title, body)))
        return
    target = table(index.name, column("id", Integer), column("document", TSVECTOR))
    session.execute(text(f"SET LOCAL gin_pending_list_limit = {PENDING}"))
    document = _weighted(title, "A").op("||")(_weighted(body, "B"))
    session.execute(insert(target).from_select(["id", "document"], select(row_id, document)))


def settle(session: Session) -> None:
    """After many rows: what PostgreSQL has put aside goes into the indexes now, or searches would read it all."""
    if session.get_bind().dialect.name == "postgresql":
        for index in INDEXES:
            session.execute(text(f"SELECT gin_clean_pending_list('ix_{index.name}_document')"))
        session.execute(text(f"SELECT gin_clean_pending_list('{TITLES}')"))


def _weighted(words: ColumnElement[str], weight: str) -> ColumnElement[str]:
    weighted: ColumnElement[str] = func.setweight(words, literal_column(f"'{weight}'"), type_=TSVECTOR)
    return weighted
