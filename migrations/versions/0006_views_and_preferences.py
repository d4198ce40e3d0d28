"""what each person chose, the views of lists that they keep, and the rows of a bulk

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kept = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column("users", sa.Column("preferences", kept, server_default="{}", nullable=False))
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_saved_views_user_id_users", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_views"),
        sa.UniqueConstraint("user_id", "area", "name", name="uq_saved_views_user_id_area_name"),
    )
    op.create_index("ix_saved_views_area_shared", "saved_views", ["area", "shared"])
    op.add_column("batches", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "batch_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "done", "skipped", "refused", name="rowoutcome", native_enum=False, create_constraint=True, length=20
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name="fk_batch_rows_batch_id_batches", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_batch_rows"),
    )
    op.create_index("ix_batch_rows_batch_id_row_id", "batch_rows", ["batch_id", "row_id"])
    op.create_index("ix_batch_rows_batch_id_outcome_id", "batch_rows", ["batch_id", "outcome", "id"])
    _move_results_into_rows()


BATCHES = sa.table(
    "batches",
    sa.column("id", sa.Integer()),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("confirmed_at", sa.DateTime(timezone=True)),
    sa.column("parameters", sa.JSON().with_variant(postgresql.JSONB(), "postgresql")),
)
ROWS = sa.table(
    "batch_rows",
    sa.column("id", sa.Integer()),
    *(sa.column(name) for name in ("batch_id", "row_id", "label", "outcome", "reason")),
)


def _move_results_into_rows() -> None:
    connection = op.get_bind()
    connection.execute(sa.update(BATCHES).values(confirmed_at=BATCHES.c.at))
    for batch_id, parameters in connection.execute(sa.select(BATCHES.c.id, BATCHES.c.parameters)).all():
        if results := (parameters or {}).get("results"):
            rows = [row | {"batch_id": batch_id, "label": row["label"][:200]} for row in results]
            connection.execute(sa.insert(ROWS), rows)
            rest = {name: value for name, value in parameters.items() if name != "results"}
            connection.execute(sa.update(BATCHES).where(BATCHES.c.id == batch_id).values(parameters=rest))


def _move_rows_into_results() -> None:
    connection = op.get_bind()
    results: dict[int, list[dict[str, object]]] = {}
    for row in connection.execute(sa.select(ROWS).where(ROWS.c.outcome.is_not(None)).order_by(ROWS.c.id)).mappings():
        kept = {name: row[name] for name in ("row_id", "label", "outcome", "reason")}
        results.setdefault(row["batch_id"], []).append(kept)
    for batch_id, parameters in connection.execute(sa.select(BATCHES.c.id, BATCHES.c.parameters)).all():
        if batch_id in results:
            whole = (parameters or {}) | {"results": results[batch_id]}
            connection.execute(sa.update(BATCHES).where(BATCHES.c.id == batch_id).values(parameters=whole))


def downgrade() -> None:
    _move_rows_into_results()
    op.drop_table("batch_rows")
    op.drop_column("batches", "confirmed_at")
    op.drop_table("saved_views")
    op.drop_column("users", "preferences")
