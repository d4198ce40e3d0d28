"""the rows of files that are imported, looked at before anything is changed

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kept = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "import_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("builds_on", sa.Integer(), nullable=True),
        sa.Column("cells", kept, nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("foreseen", _one_of("foreseen", "new", "change", "same", "refused"), nullable=True),
        sa.Column("changes", kept, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=True),
        sa.Column("stamp", sa.String(length=80), nullable=False),
        sa.Column("outcome", _one_of("rowoutcome", "done", "skipped", "refused"), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name="fk_import_rows_batch_id_batches", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_import_rows"),
        sa.UniqueConstraint("batch_id", "place", name="uq_import_rows_batch_id_place"),
    )
    op.create_index("ix_import_rows_batch_id_line", "import_rows", ["batch_id", "line"])
    op.create_index("ix_import_rows_batch_id_row_id", "import_rows", ["batch_id", "row_id"])


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def downgrade() -> None:
    op.drop_table("import_rows")
