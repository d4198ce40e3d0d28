"""nobody is banned twice, and the list of bans is read from an index

Revision: 0024, after 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TARGETS = ("user_id", "email", "network")


def upgrade() -> None:
    for target in TARGETS:
        _keep_the_longest(target)
        op.drop_index(f"ix_bans_{target}", table_name="bans")
        op.create_index(f"ix_bans_{target}", "bans", [target], unique=True)
    op.create_index("ix_bans_created_at_id", "bans", ["created_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_bans_created_at_id", table_name="bans")
    for target in TARGETS:
        op.drop_index(f"ix_bans_{target}", table_name="bans")
        op.create_index(f"ix_bans_{target}", "bans", [target])


def _keep_the_longest(target: str) -> None:
    """Of several bans on one target that which ends last, or never; they were written past the application."""
    bans = sa.table("bans", sa.column("id"), sa.column(target), sa.column("until", sa.DateTime(timezone=True)))
    first = sa.func.row_number().over(
        partition_by=bans.c[target], order_by=(bans.c.until.is_(None).desc(), bans.c.until.desc(), bans.c.id.desc())
    )
    ranked = sa.select(bans.c.id, first.label("place")).where(bans.c[target].is_not(None)).subquery()
    op.execute(bans.delete().where(bans.c.id.in_(sa.select(ranked.c.id).where(ranked.c.place > 1))))
