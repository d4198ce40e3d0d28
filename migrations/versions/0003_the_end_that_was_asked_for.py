"""the end that was asked for, beside the one that an edition has

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("editions", sa.Column("planned_until", sa.DateTime(timezone=True), nullable=True))
    # An end at which the next edition begins was not asked for: it is where that one takes over.
    op.execute(
        "UPDATE editions SET planned_until = live_until WHERE live_until IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM editions AS next WHERE next.post_id = editions.post_id AND next.live_from = editions.live_until)"
    )


def downgrade() -> None:
    op.drop_column("editions", "planned_until")
