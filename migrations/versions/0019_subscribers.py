"""readers who get new posts by mail, and which posts went out

Revision: 0019, after 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subscribers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("everything", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscribers"),
        sa.UniqueConstraint("email", name="uq_subscribers_email"),
        sa.UniqueConstraint("key", name="uq_subscribers_key"),
    )
    op.create_index("ix_subscribers_created_at_id", "subscribers", ["created_at", "id"])
    op.create_table(
        "subscriber_tags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.id"],
            name="fk_subscriber_tags_subscriber_id_subscribers",
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_subscriber_tags"),
        sa.UniqueConstraint("subscriber_id", "tag_id", name="uq_subscriber_tags_subscriber_id_tag_id"),
    )
    op.create_index("ix_subscriber_tags_tag_id_subscriber_id", "subscriber_tags", ["tag_id", "subscriber_id"])
    op.create_table(
        "mailings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_mailings"),
        sa.UniqueConstraint("post_id", name="uq_mailings_post_id"),
    )


def downgrade() -> None:
    op.drop_table("mailings")
    op.drop_table("subscriber_tags")
    op.drop_table("subscribers")
