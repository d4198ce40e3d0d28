"""a number that grows with whatever readers see, and the ends of editions in order

Revision: 0014, after 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ENDS = sa.text("live_until IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "generations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_generations"),
    )
    op.create_index("ix_editions_live_until", "editions", ["live_until"], sqlite_where=ENDS, postgresql_where=ENDS)


def downgrade() -> None:
    op.drop_index("ix_editions_live_until", "editions")
    op.drop_table("generations")
