"""how often each post, and the whole site, is read on a day

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "post_reads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reads", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_post_reads_post_id_posts", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_post_reads"),
        sa.UniqueConstraint("post_id", "day", name="uq_post_reads_post_id_day"),
    )
    op.create_table(
        "site_reads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reads", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_site_reads"),
        sa.UniqueConstraint("day", name="uq_site_reads_day"),
    )


def downgrade() -> None:
    op.drop_table("site_reads")
    op.drop_table("post_reads")
