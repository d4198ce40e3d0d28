"""indexes for lists of a million rows

Revision: 0008, after 0007
"""

from alembic import op
from sqlalchemy import text

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NOT_TRASHED = "trashed_at IS NULL"
#: These had everything in them.
NARROWED = {
    "ix_posts_kind_updated_at_id": ("posts", ["kind", "updated_at", "id"]),
    "ix_posts_kind_status_updated_at_id": ("posts", ["kind", "status", "updated_at", "id"]),
    "ix_posts_kind_title_id": ("posts", ["kind", "title", "id"]),
    "ix_media_created_at_id": ("media", ["created_at", "id"]),
}
NEW = {
    "ix_posts_without_summary": ("posts", ["kind", "updated_at", "id"], f"{NOT_TRASHED} AND summary = ''"),
    "ix_posts_slug": ("posts", ["slug"], None),
    "ix_editions_live_from_post_id": ("editions", ["live_from", "post_id", "updated_at"], None),
    "ix_editions_planned_until_post_id": ("editions", ["planned_until", "post_id"], "planned_until IS NOT NULL"),
    "ix_comments_guest_name_id": ("comments", ["guest_name", "id"], None),
    "ix_media_kind_created_at_id": ("media", ["kind", "created_at", "id"], NOT_TRASHED),
}


def upgrade() -> None:
    for name, (table, columns) in NARROWED.items():
        op.drop_index(name, table)
        _create(name, table, columns, NOT_TRASHED)
    for name, (table, columns, condition) in NEW.items():
        _create(name, table, columns, condition)


def downgrade() -> None:
    for name, (table, _columns, _condition) in NEW.items():
        op.drop_index(name, table)
    for name, (table, columns) in NARROWED.items():
        op.drop_index(name, table)
        _create(name, table, columns, None)


def _create(name: str, table: str, columns: list[str], condition: str | None) -> None:
    where = text(condition) if condition else None
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
