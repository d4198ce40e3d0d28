"""the record is kept: no event is changed or deleted, whoever asks the database

Revision: 0004, after 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SENTENCE = "the record is append-only"


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER events_are_kept_{act} BEFORE {act.upper()} ON events "
                f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION events_are_kept() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE integrity_constraint_violation USING MESSAGE = '{SENTENCE}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER events_are_kept BEFORE UPDATE OR DELETE ON events "
            "FOR EACH ROW EXECUTE FUNCTION events_are_kept()"
        )


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        op.execute("DROP TRIGGER events_are_kept_update")
        op.execute("DROP TRIGGER events_are_kept_delete")
    else:
        op.execute("DROP TRIGGER events_are_kept ON events")
        op.execute("DROP FUNCTION events_are_kept()")
