"""seals of the record, in place of hashes that no event ever had

Revision: 0022, after 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

NEVER_FILLED = ("previous_hash", "hash")


def upgrade() -> None:
    op.create_table(
        "event_seals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("after_id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event_seals"),
        sa.UniqueConstraint("after_id", name="uq_event_seals_after_id"),
    )
    for name in NEVER_FILLED:
        op.drop_column("events", name)


def downgrade() -> None:
    for name in NEVER_FILLED:
        op.add_column("events", sa.Column(name, sa.String(64), nullable=True))
    op.drop_table("event_seals")
