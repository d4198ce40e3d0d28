"""Writing the index: one table beside each indexed one, named `search_<table>`, its key the row's."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from cms.core.text import plain_text
from cms.search import spelling

#: PostgreSQL refuses a tsvector above 1 MB; this many bytes of text stay below it whatever the words.
MAX_BYTES = 250_000
CHUNK = 500
#: Entries that doctor looks at for words that were not learnt.
LATELY = 100
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Index:
    """What is searched of one table: its title, which weighs more, and its texts."""

    table: str
    title: str
    texts: tuple[str, ...]
    #: Whether its words are those that readers are led to when they mistype.
    corrects: bool = False

    @property
    def name(self) -> str:
        return f"search_{self.table}"


POSTS = Index("posts", "title", ("summary", "body"))
EDITIONS = Index("editions", "title", ("summary", "body_html"), corrects=True)
COMMENTS = Index("comments", "guest_name", ("body",))
MEDIA = Index("media", "title", ("filename", "alt", "caption"))
INDEXES = (POSTS, EDITIONS, COMMENTS, MEDIA)


def put(session: Session, index: Index, row_id: int, title: str, *texts: str) -> None:
    """Index a row, or index it anew; the row must have been flushed."""
    _write(session, index, [{"id": row_id, "title": title, "body": "\n".join(texts)}])


def remove(session: Session, index: Index, row_id: int) -> None:
    """Forget a row; one that was never indexed is no error."""
    key = "rowid" if _is_sqlite(session) else "id"
    session.execute(text(f"DELETE FROM {index.name} WHERE {key} = :id"), {"id": row_id})  # noqa: S608 - our own names


def rebuild(session: Session, index: Index, progress: Callable[[int], None] | None = None) -> int:
    """Make the whole index again from the rows, in chunks; returns how many there are."""
    session.execute(text(f"DELETE FROM {index.name}"))  # noqa: S608 - our own names
    if index.corrects:
        spelling.forget_all(session)
    done = last = 0
    while rows := _rows_after(session, index, last):
        _write(session, index, [_document(index, row) for row in rows])
        last, done = int(rows[-1]["id"]), done + len(rows)
        if progress:
            progress(done)
    return done


def missing(session: Session, index: Index) -> int:
    """How many rows and index entries lack their other half; 0 where all is well."""
    key = "rowid" if _is_sqlite(session) else "id"
    rows, entries = f"SELECT id FROM {index.table}", f"SELECT {key} FROM {index.name}"  # noqa: S608 - our own names
    return _count_without(session, rows, entries) + _count_without(session, entries, rows)


def unlearnt_lately(session: Session, index: Index) -> int:
    """How many words of what was indexed last no mistyped word leads to; 0 where all is well."""
    if not index.corrects:
        return 0
    words, key = (
        ("title || ' ' || body", "rowid")
        if _is_sqlite(session)
        else ("array_to_string(tsvector_to_array(document), ' ')", "id")
    )
    query = f"SELECT {words} FROM {index.name} ORDER BY {key} DESC LIMIT {LATELY}"  # noqa: S608 - our own names
    texts = session.execute(text(query)).scalars().all()
    lately = {word for one in texts for word in spelling.worth_learning(one.split())}
    return len(spelling.unlearnt(session, sorted(lately)))


def folded(value: str) -> str:
    """Case and accents off, so that both databases find “café” by “cafe”."""
    if value.isascii():
        return value.lower()  # which is all that would become of it
    decomposed = unicodedata.normalize("NFKD", value.casefold()).casefold()
    marks = {ord(one): None for one in set(decomposed) if unicodedata.combining(one)}
    return decomposed.translate(marks) if marks else decomposed


def words_of(value: str) -> list[str]:
    """Cut here and not by the databases, which see hosts, numbers and paths in different places."""
    return _WORD.findall(folded(value))


def _write(session: Session, index: Index, documents: Iterable[dict[str, object]]) -> None:
    rows = [
        document | {"title": _cut(str(document["title"])), "body": _cut(str(document["body"]))}
        for document in documents
    ]
    if _is_sqlite(session):
        insert = f"REPLACE INTO {index.name} (rowid, title, body) VALUES (:id, :title, :body)"  # noqa: S608
    else:
        insert = (
            f"INSERT INTO {index.name} (id, document) VALUES (:id,"  # noqa: S608 - our own names
            " setweight(to_tsvector('simple', :title), 'A') || setweight(to_tsvector('simple', :body), 'B'))"
            " ON CONFLICT (id) DO UPDATE SET document = excluded.document"
        )
    session.execute(text(insert), rows)
    if index.corrects:
        texts = (f"{row['title']} {row['body']}".split() for row in rows)
        spelling.learn(session, {word for words in texts for word in spelling.worth_learning(words)})


def _cut(value: str) -> str:
    return " ".join(words_of(value)).encode()[:MAX_BYTES].decode(errors="ignore")


def _count_without(session: Session, these: str, those: str) -> int:
    """EXCEPT sorts; on PostgreSQL, NOT IN would look through a million for each of a million."""
    query = f"SELECT count(*) FROM ({these} EXCEPT {those}) AS lacking"  # noqa: S608 - our own names
    return int(session.execute(text(query)).scalar_one())


def _document(index: Index, row: RowMapping) -> dict[str, object]:
    """Stored HTML is searched by its text."""
    texts = [plain_text(row[name]) if name.endswith("_html") else row[name] for name in index.texts]
    return {"id": row["id"], "title": row[index.title], "body": "\n".join(texts)}


def _rows_after(session: Session, index: Index, last: int) -> list[RowMapping]:
    columns = ", ".join(("id", index.title, *index.texts))
    query = text(f"SELECT {columns} FROM {index.table} WHERE id > :last ORDER BY id LIMIT {CHUNK}")  # noqa: S608
    return list(session.execute(query, {"last": last}).mappings())


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
