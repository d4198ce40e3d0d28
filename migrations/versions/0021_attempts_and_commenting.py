"""each attempt to tell a webhook, and commenting as a right that tokens are given

Revision: 0021, after 0020
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

COMMENT = "comment.create"
TOKENS = sa.table(
    "api_tokens",
    sa.column("id", sa.Integer()),
    sa.column("scopes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql")),
)
#: Of the last attempt, as a message had it: the type, and what stands where there is nothing.
OF_LAST: dict[str, tuple[sa.types.TypeEngine[Any], str | None]] = {
    "http_status": (sa.Integer(), None),
    "milliseconds": (sa.Integer(), None),
    "error": (sa.Text(), ""),
    "excerpt": (sa.Text(), ""),
    "attempted_at": (sa.DateTime(timezone=True), None),
}


def upgrade() -> None:
    op.create_table(
        "webhook_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["webhook_deliveries.id"],
            name="fk_webhook_attempts_delivery_id_webhook_deliveries",
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_attempts"),
    )
    op.create_index("ix_webhook_attempts_delivery_id_id", "webhook_attempts", ["delivery_id", "id"])
    op.execute(
        "INSERT INTO webhook_attempts (delivery_id, at, http_status, milliseconds, error, excerpt) "
        "SELECT id, attempted_at, http_status, coalesce(milliseconds, 0), error, excerpt FROM webhook_deliveries "
        "WHERE attempted_at IS NOT NULL ORDER BY id"
    )
    for name in OF_LAST:
        op.drop_column("webhook_deliveries", name)
    _rewrite_scopes(lambda scopes: [COMMENT, *scopes])  # until now every token could


def downgrade() -> None:
    _rewrite_scopes(lambda scopes: [scope for scope in scopes if scope != COMMENT])
    for name, (kind, nothing) in OF_LAST.items():
        column = sa.Column(name, kind, nullable=nothing is None, server_default=nothing)
        op.add_column("webhook_deliveries", column)
    with op.batch_alter_table("webhook_deliveries") as table:
        for name in ("error", "excerpt"):
            table.alter_column(name, server_default=None)
    last = "(SELECT max(id) FROM webhook_attempts WHERE delivery_id = webhook_deliveries.id)"
    for name in OF_LAST:
        value = f"SELECT {'at' if name == 'attempted_at' else name} FROM webhook_attempts WHERE id = {last}"  # noqa: S608 - our own words
        op.execute(f"UPDATE webhook_deliveries SET {name} = ({value}) WHERE {last} IS NOT NULL")  # noqa: S608 - our own words
    op.drop_table("webhook_attempts")


def _rewrite_scopes(rewritten: Callable[[list[str]], list[str]]) -> None:
    bind = op.get_bind()
    for token in bind.execute(sa.select(TOKENS)).all():
        bind.execute(sa.update(TOKENS).where(TOKENS.c.id == token.id).values(scopes=rewritten(token.scopes)))
