"""series, and which part of one a post is

Revision: 0020, after 0019
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

#: What has a place in a series, and how its parts are found in their order.
PLACED = {
    "posts": ["series_id", "series_position", "id"],
    "editions": ["series_id", "series_position", "published_at", "post_id"],
}


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("description", sa.String(1000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_series"),
        sa.UniqueConstraint("slug", name="uq_series_slug"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_series_title_id", "series", ["title", "id"])
    where = sa.text("series_id IS NOT NULL")
    for table, columns in PLACED.items():
        with _indexes_in_order(table), op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("series_id", sa.Integer(), nullable=True))
            batch_op.add_column(sa.Column("series_position", sa.Integer(), nullable=True))
            batch_op.create_foreign_key(
                batch_op.f(f"fk_{table}_series_id_series"), "series", ["series_id"], ["id"], ondelete="RESTRICT"
            )
        op.create_index(f"ix_{table}_series", table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for table in PLACED:
        op.drop_index(f"ix_{table}_series", table)
        with _indexes_in_order(table), op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(batch_op.f(f"fk_{table}_series_id_series"), type_="foreignkey")
            batch_op.drop_column("series_position")
            batch_op.drop_column("series_id")
    op.drop_table("series")


@contextmanager
def _indexes_in_order(table: str) -> Iterator[None]:
    """On SQLite the table is made again, and its indexes in any order, by which SQLite chooses between equals."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        yield
        return
    found = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL ORDER BY rowid"
    )
    indexes = connection.exec_driver_sql(found, (table,)).all()
    for name, _sql in indexes:
        op.drop_index(name, table)
    yield
    for _name, sql in indexes:
        connection.exec_driver_sql(sql)
