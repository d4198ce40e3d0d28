"""words of files, changes that wait and reasons of comments, each in an index of its own

Revision: 0012, after 0011
"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NOT_TRASHED, TRASHED = "trashed_at IS NULL", "trashed_at IS NOT NULL"
OF_POSTS = {
    "ix_posts_status_updated_at_id": (["status", "updated_at", "id"], NOT_TRASHED),
    "ix_posts_author_id_status_updated_at_id": (["author_id", "status", "updated_at", "id"], NOT_TRASHED),
    "ix_posts_kind_author_id_updated_at_id": (["kind", "author_id", "updated_at", "id"], NOT_TRASHED),
    "ix_posts_changed_since_shown": (["kind", "updated_at", "id"], f"{NOT_TRASHED} AND version > shown_version"),
    "ix_posts_kind_trashed_at_id": (["kind", "trashed_at", "id"], TRASHED),
}
#: In the order of the list, where there was the column alone.
OF_FILES = ("uploaded_by_id", "folder_id")
CHUNK = 500
WORD = re.compile(r"[^\W_]+")
REASONS = ("moderation_on", "first_comment", "links", "word", "duplicate", "fast", "trap", "banned")


def upgrade() -> None:
    _make_index_of_files()
    op.add_column("posts", sa.Column("shown_version", sa.Integer(), nullable=True))
    last = (
        "SELECT revisions.number FROM editions JOIN revisions ON revisions.id = editions.revision_id"
        " WHERE editions.post_id = posts.id ORDER BY editions.live_from DESC LIMIT 1"
    )
    op.execute(f"UPDATE posts SET shown_version = ({last}) WHERE id IN (SELECT post_id FROM editions)")  # noqa: S608 - our own words
    for table in ("posts", "media"):
        _index_trash(table, sa.text(TRASHED))
    for name, (columns, condition) in OF_POSTS.items():
        where = sa.text(condition)
        op.create_index(name, "posts", columns, sqlite_where=where, postgresql_where=where)
    for column in OF_FILES:
        op.drop_index(f"ix_media_{column}", "media")
        op.create_index(f"ix_media_{column}_created_at_id", "media", [column, "created_at", "id"])
    silent = "trashed_at IS NULL AND decorative IS {} AND alt = ''"
    op.create_index(
        "ix_media_without_alt",
        "media",
        ["kind", "created_at", "id"],
        sqlite_where=sa.text(silent.format("0")),
        postgresql_where=sa.text(silent.format("false")),
    )
    in_trash = sa.text("lower(status) = 'trashed'")
    columns = [sa.text("coalesce(moderated_at, created_at)"), "id"]
    op.create_index(
        "ix_comments_trashed_since_id", "comments", columns, sqlite_where=in_trash, postgresql_where=in_trash
    )
    for reason in REASONS:
        op.create_index(
            f"ix_comments_held_{reason}",
            "comments",
            ["created_at", "id"],
            sqlite_where=sa.text(f"instr(held_because, '\"{reason}\"') > 0"),
            postgresql_where=sa.text(f"held_because @> '[\"{reason}\"]'"),
        )


def downgrade() -> None:
    for reason in REASONS:
        op.drop_index(f"ix_comments_held_{reason}", "comments")
    op.drop_index("ix_comments_trashed_since_id", "comments")
    op.drop_index("ix_media_without_alt", "media")
    for column in OF_FILES:
        op.drop_index(f"ix_media_{column}_created_at_id", "media")
        op.create_index(f"ix_media_{column}", "media", [column])
    for name in OF_POSTS:
        op.drop_index(name, "posts")
    for table in ("posts", "media"):
        _index_trash(table, None)
    op.drop_column("posts", "shown_version")
    op.execute("DROP TABLE search_media")


def _index_trash(table: str, where: sa.TextClause | None) -> None:
    """It had everything in it."""
    name = f"ix_{table}_trashed_at_id"
    op.drop_index(name, table)
    op.create_index(name, table, ["trashed_at", "id"], sqlite_where=where, postgresql_where=where)


def _make_index_of_files() -> None:
    if op.get_context().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search_media USING fts5("
            "title, body, tokenize = \"unicode61 remove_diacritics 2\", prefix = '2 3')"
        )
        put = "INSERT INTO search_media (rowid, title, body) VALUES (:id, :title, :body)"
    else:
        op.execute("CREATE TABLE search_media (id integer PRIMARY KEY, document tsvector NOT NULL)")
        put = (
            "INSERT INTO search_media (id, document) VALUES (:id,"
            " setweight(to_tsvector('simple', :title), 'A') || setweight(to_tsvector('simple', :body), 'B'))"
        )
    _fill_index_of_files(op.get_bind(), sa.text(put))
    if op.get_context().dialect.name != "sqlite":
        op.execute("CREATE INDEX ix_search_media_document ON search_media USING gin (document)")


def _fill_index_of_files(connection: sa.Connection, put: sa.TextClause) -> None:
    """In chunks by id, so that a million files are never in memory at once."""
    some = sa.text(f"SELECT id, title, filename, alt, caption FROM media WHERE id > :last ORDER BY id LIMIT {CHUNK}")  # noqa: S608 - our own number
    last = 0
    while rows := connection.execute(some, {"last": last}).all():
        connection.execute(
            put, [{"id": id, "title": _words(title), "body": _words("\n".join(rest))} for id, title, *rest in rows]
        )
        last = rows[-1][0]


def _words(value: str) -> str:
    """As `cms.search` cut texts when this was written."""
    decomposed = unicodedata.normalize("NFKD", value.casefold()).casefold()
    return " ".join(WORD.findall("".join(one for one in decomposed if not unicodedata.combining(one))))
