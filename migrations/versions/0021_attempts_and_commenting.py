"""commenting as a right that tokens are given

Revision: 0021, after 0019
"""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0019"
branch_labels = None
depends_on = None

COMMENT = "comment.create"
TOKENS = sa.table(
    "api_tokens",
    sa.column("id", sa.Integer()),
    sa.column("scopes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql")),
)


def upgrade() -> None:
    _rewrite_scopes(lambda scopes: [COMMENT, *scopes])  # until now every token could


def downgrade() -> None:
    _rewrite_scopes(lambda scopes: [scope for scope in scopes if scope != COMMENT])


def _rewrite_scopes(rewritten: Callable[[list[str]], list[str]]) -> None:
    bind = op.get_bind()
    for token in bind.execute(sa.select(TOKENS)).all():
        bind.execute(sa.update(TOKENS).where(TOKENS.c.id == token.id).values(scopes=rewritten(token.scopes)))
