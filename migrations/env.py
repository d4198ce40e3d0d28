"""How migrations run: one process at a time, whole or not at all, on SQLite with foreign keys held off and checked.

With foreign keys on, SQLite's way to alter a table (make it again, drop the old one) deletes the rows that refer to it.
All that is pending is one transaction there, so that no other process comes between two of them; on PostgreSQL a lock
keeps others away, and each migration is a transaction of its own.
"""

import re
import warnings
from importlib import import_module
from pathlib import Path

import sqlalchemy as sa
from alembic import context
from alembic.runtime.migration import MigrationContext
from flask import current_app
from sqlalchemy import Connection, event, inspect

import cms
from cms.core.db import Base, OrphansLeft, UTCDateTime
from cms.core.generation import ASK, UNWATCHED, Generation, grow

for models in sorted(Path(cms.__file__).parent.glob("*/models.py")):
    import_module(f"cms.{models.parent.name}.models")

#: Virtual tables of the full-text index and the tables beneath them belong to cms.search.
SEARCH_PREFIX = "search_"
warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index")
warnings.filterwarnings("ignore", "autogenerate skipping metadata-specified expression-based index")
#: Goes with a table that is made again, and is not seen by what makes it: triggers, and indexes on expressions.
UNSEEN = """
    SELECT sql FROM sqlite_master AS its WHERE tbl_name = ? AND (
      type = 'trigger' OR type = 'index' AND EXISTS (SELECT * FROM pragma_index_xinfo(its.name) WHERE cid = -2)
    )
"""
DROPPED = re.compile(r'\s*DROP TABLE "?(\w+)')
MADE_AGAIN = re.compile(r'\s*ALTER TABLE "?_alembic_tmp_(\w+?)"? RENAME TO')
LOCK = 0x0C0DE5  # any number that no other program takes as an advisory lock in this database


def belongs_to_us(_object: object, name: str | None, kind: str, *_more: object) -> bool:
    """Leave the search index to the package that writes it."""
    return not (kind in ("table", "index") and name is not None and name.removeprefix("ix_").startswith(SEARCH_PREFIX))


def plainly(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column types as the plain ones beneath them: a migration must not change when our code does."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, sa.JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect().execution_options(**UNWATCHED) as connection:
        if connection.dialect.name == "sqlite":
            _run_on_sqlite(connection)
        else:
            _run_on_postgresql(connection)


def _run_on_sqlite(connection: Connection) -> None:
    _keep_unseen(connection)
    raw = connection.connection.dbapi_connection
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        _migrate(connection)
    finally:
        connection.rollback()
        raw.execute("PRAGMA foreign_keys=ON")


def _keep_unseen(connection: Connection) -> None:
    """A table that is made again gets its triggers and indexes back; what no longer fits it ends the migration."""
    unseen: dict[str, list[str]] = {}

    def before(_connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
        if dropped := DROPPED.match(statement):
            unseen[dropped[1]] = list(connection.exec_driver_sql(UNSEEN, (dropped[1],)).scalars())

    def after(_connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
        if again := MADE_AGAIN.match(statement):
            for sql in unseen.pop(again[1], []):
                connection.exec_driver_sql(sql)

    event.listen(connection, "before_cursor_execute", before)
    event.listen(connection, "after_cursor_execute", after)


def _run_on_postgresql(connection: Connection) -> None:
    """Takes the time it takes, also to wait for its turn; but a table that is in use is given up soon."""
    connection.exec_driver_sql("SET statement_timeout = 0; SET lock_timeout = 0")
    connection.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK})")
    connection.exec_driver_sql("RESET lock_timeout")
    connection.commit()
    try:
        _migrate(connection)
    finally:
        connection.rollback()
        connection.exec_driver_sql(f"SELECT pg_advisory_unlock({LOCK})")
        connection.exec_driver_sql("RESET statement_timeout")
        connection.commit()


def _refuse_orphans(ctx: MigrationContext, **_step: object) -> None:
    """After each revision, before anything is kept; PostgreSQL has looked by itself."""
    if ctx.dialect.name == "sqlite":
        broken = ctx.connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise OrphansLeft(f"the migration would leave {len(broken)} rows without what they refer to: {broken[:3]}")


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=belongs_to_us,
        render_as_batch=True,
        transactional_ddl=True,
        transaction_per_migration=connection.dialect.name != "sqlite",
        compare_type=True,
        render_item=plainly,
        on_version_apply=_refuse_orphans,
    )
    with context.begin_transaction():
        context.run_migrations()
    # Whatever was kept may be of what was there before; where nothing was ever changed, nothing was kept.
    if inspect(connection).has_table(Generation.__tablename__) and connection.exec_driver_sql(ASK).scalar_one():
        grow(connection)
        connection.commit()


run()
