"""the search index

Revision: 0002, after 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("posts", "editions", "comments")


def upgrade() -> None:
    for table in TABLES:
        if op.get_context().dialect.name == "sqlite":
            op.execute(
                f"CREATE VIRTUAL TABLE search_{table} USING fts5("
                "title, body, tokenize = \"unicode61 remove_diacritics 2\", prefix = '2 3')"
            )
        else:
            op.execute(f"CREATE TABLE search_{table} (id integer PRIMARY KEY, document tsvector NOT NULL)")
            op.execute(f"CREATE INDEX ix_search_{table}_document ON search_{table} USING gin (document)")


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE search_{table}")
