"""from when on a redirect leads nowhere, and the path that it leads to

Revision: 0010, after 0009
"""

import re
from urllib.parse import unquote

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

LONGEST = 500
CHUNK = 1_000
IS_DEAD = sa.text("dead_from IS NOT NULL")

redirects = sa.table("redirects", sa.column("id"), sa.column("to_path"), sa.column("leads_to"))


def upgrade() -> None:
    op.add_column("redirects", sa.Column("leads_to", sa.String(LONGEST), nullable=True))
    op.add_column("redirects", sa.Column("dead_from", sa.DateTime(timezone=True), nullable=True))
    _look_up()
    # What leads to an address and not to a post is looked at within an hour, by the housekeeping.
    op.execute(
        "UPDATE redirects SET dead_from = COALESCE((SELECT MAX(live_until) FROM editions "
        "WHERE editions.post_id = redirects.post_id), updated_at) WHERE post_id IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM editions WHERE editions.post_id = redirects.post_id AND live_until IS NULL)"
    )
    op.create_index("ix_redirects_leads_to", "redirects", ["leads_to"])
    op.create_index(
        "ix_redirects_dead_from_id",
        "redirects",
        ["dead_from", "id"],
        sqlite_where=IS_DEAD,
        postgresql_where=IS_DEAD,
    )


def downgrade() -> None:
    op.drop_index("ix_redirects_dead_from_id", "redirects")
    op.drop_index("ix_redirects_leads_to", "redirects")
    op.drop_column("redirects", "dead_from")
    op.drop_column("redirects", "leads_to")


def _look_up() -> None:
    connection, last = op.get_bind(), 0
    write = redirects.update().where(redirects.c.id == sa.bindparam("row")).values(leads_to=sa.bindparam("path"))
    inside = sa.select(redirects.c.id, redirects.c.to_path).where(
        redirects.c.to_path.like("/%"), redirects.c.to_path.not_like("//%")
    )
    while rows := connection.execute(inside.where(redirects.c.id > last).order_by(redirects.c.id).limit(CHUNK)).all():
        connection.execute(write, [{"row": row_id, "path": _path(target)} for row_id, target in rows])
        last = rows[-1][0]


def _path(target: str) -> str:
    path = unquote(target.partition("#")[0].partition("?")[0])
    return (re.sub(r"/{2,}", "/", path).rstrip("/").lower() or "/")[:LONGEST]
