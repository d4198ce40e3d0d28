"""what somebody typed and did not save, kept for its writer

Revision: 0023, after 0022
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

IS_NEW = sa.text("post_id IS NULL")


def upgrade() -> None:
    op.create_table(
        "unsaved_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sitting", sa.String(length=36), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fields", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_unsaved_texts_post_id_posts", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_unsaved_texts_user_id_users", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_unsaved_texts"),
        sa.UniqueConstraint("post_id", "user_id", name="uq_unsaved_texts_post_id_user_id"),
    )
    op.create_index(
        "uq_unsaved_texts_new",
        "unsaved_texts",
        ["user_id", "kind"],
        unique=True,
        sqlite_where=IS_NEW,
        postgresql_where=IS_NEW,
    )


def downgrade() -> None:
    op.drop_table("unsaved_texts")
