"""when readers see a post for the last time, beside the post, so that lists of what is live or over ask no edition

Revision: 0013, after 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TIMES = ("shown_from", "shown_until", "shown_earlier_until")
NOT_TRASHED = "trashed_at IS NULL"
CHANGED = f"{NOT_TRASHED} AND version > shown_version"
ENDING = f"{NOT_TRASHED} AND shown_until IS NOT NULL"
SUMMED_UP = f"{NOT_TRASHED} AND summary <> ''"
#: With the times behind what they had before.
WIDENED = {
    "ix_posts_kind_updated_at_id": ["kind", "updated_at", "id"],
    "ix_posts_kind_status_updated_at_id": ["kind", "status", "updated_at", "id"],
}
OF_EVENTS = {
    "ix_events_actor_id_at_id": ["actor_id", "at", "id"],
    "ix_events_subject_type_at_id": ["subject_type", "at", "id"],
}


def upgrade() -> None:
    for name in TIMES:
        op.add_column("posts", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    _note_times()
    for name, columns in WIDENED.items():
        op.drop_index(name, "posts")
        _index(name, [*columns, *TIMES], NOT_TRASHED)
    op.drop_index("ix_posts_changed_since_shown", "posts")
    _index("ix_posts_changed", ["kind", "updated_at", "id", *TIMES], CHANGED)
    _index("ix_posts_ending", ["kind", "status", "updated_at", "id", "shown_until"], ENDING)
    _index("ix_posts_with_summary", ["kind", "updated_at", "id"], SUMMED_UP)
    op.drop_index("ix_posts_kind_published_at_id", "posts")
    _index("ix_posts_kind_published_at_id", ["kind", "published_at", "id", *TIMES], NOT_TRASHED)
    op.drop_index("ix_editions_planned_until_post_id", "editions")
    op.drop_index("ix_editions_live_from_post_id", "editions")
    op.create_index("ix_editions_live_from_kind_post_id", "editions", ["live_from", "kind", "post_id", "updated_at"])
    op.drop_index("ix_events_actor_id_id", "events")
    for name, columns in OF_EVENTS.items():
        op.create_index(name, "events", columns)


def downgrade() -> None:
    for name in OF_EVENTS:
        op.drop_index(name, "events")
    op.create_index("ix_events_actor_id_id", "events", ["actor_id", "id"])
    op.drop_index("ix_editions_live_from_kind_post_id", "editions")
    op.create_index("ix_editions_live_from_post_id", "editions", ["live_from", "post_id", "updated_at"])
    where = sa.text("planned_until IS NOT NULL")
    op.create_index(
        "ix_editions_planned_until_post_id",
        "editions",
        ["planned_until", "post_id"],
        sqlite_where=where,
        postgresql_where=where,
    )
    op.drop_index("ix_posts_kind_published_at_id", "posts")
    op.create_index("ix_posts_kind_published_at_id", "posts", ["kind", "published_at", "id"])
    op.drop_index("ix_posts_with_summary", "posts")
    op.drop_index("ix_posts_ending", "posts")
    op.drop_index("ix_posts_changed", "posts")
    _index("ix_posts_changed_since_shown", ["kind", "updated_at", "id"], CHANGED)
    for name, columns in WIDENED.items():
        op.drop_index(name, "posts")
        _index(name, columns, NOT_TRASHED)
    for name in reversed(TIMES):
        op.drop_column("posts", name)


def _note_times() -> None:
    """An edition that no other leads up to begins a stretch; what a post has before the last one ended with a break."""
    of_post = "FROM editions WHERE post_id = posts.id"
    last = f"SELECT live_until {of_post} ORDER BY live_from DESC LIMIT 1"
    leads_up = "before.post_id = posts.id AND before.live_until = editions.live_from"
    begins = f"SELECT max(live_from) {of_post} AND NOT EXISTS (SELECT 1 FROM editions AS before WHERE {leads_up})"  # noqa: S608 - our own words
    earlier = f"{of_post} AND live_from < posts.shown_from"
    ended = f"SELECT live_until {earlier} ORDER BY live_from DESC LIMIT 1"
    op.execute(f"UPDATE posts SET shown_from = ({begins}), shown_until = ({last}) WHERE shown_version IS NOT NULL")  # noqa: S608 - our own words
    op.execute(f"UPDATE posts SET shown_earlier_until = ({ended}) WHERE EXISTS (SELECT 1 {earlier})")  # noqa: S608 - our own words


def _index(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "posts", columns, sqlite_where=where, postgresql_where=where)
