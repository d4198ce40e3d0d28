"""the outbox

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATUSES = ("waiting", "running", "done", "failed", "cancelled")


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("args", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column(
            "status",
            sa.Enum(*STATUSES, name="jobstatus", native_enum=False, length=20, create_constraint=True),
            nullable=False,
        ),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.String(200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("dedupe_key", name="uq_jobs_dedupe_key"),
    )
    for name, columns, where in (
        ("ix_jobs_due", ["run_at", "id"], "status = 'waiting'"),
        ("ix_jobs_leased", ["lease_until", "id"], "status = 'running'"),
        ("ix_jobs_status_created_at_id", ["status", "created_at", "id"], None),
        ("ix_jobs_created_at_id", ["created_at", "id"], None),
    ):
        condition = sa.text(where) if where else None
        op.create_index(name, "jobs", columns, sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    op.drop_table("jobs")
