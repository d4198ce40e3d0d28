"""Emptying a database between tests, quickly and on both kinds."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine

from cms.audit.models import Event
from cms.core.db import Base
from cms.core.generation import Generation, grow
from cms.search import INDEXES
from cms.search.spelling import TABLE
from cms.web.recording import NOTE


def wipe(engine: Engine, instance: Path) -> None:
    """Every row of every table of ours goes, what is noted beside them, and every file with what was made of it."""
    with engine.connect() as connection:
        connection.rollback()
        if engine.dialect.name == "sqlite":
            _wipe_sqlite(connection)
        else:
            _wipe_postgresql(connection)
    for folder in ("media", "sheets"):
        shutil.rmtree(instance / folder, ignore_errors=True)
    (instance / NOTE).unlink(missing_ok=True)


@cache
def _ask_for_filled() -> str:
    ours = [name for name in Base.metadata.tables if name != Generation.__tablename__]
    tables = [*ours, *(index.name for index in INDEXES), TABLE]
    return " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in tables)


def _begin(connection: Connection) -> list[str]:
    """The tables that have rows: a test fills few, and asking all of them costs next to nothing.

    The number of the generation grows even where there are none: what was kept of the test before is old.
    """
    grow(connection)
    return list(connection.exec_driver_sql(_ask_for_filled()).scalars())


def _wipe_sqlite(connection: Connection) -> None:
    raw = connection.connection.dbapi_connection
    raw.execute("PRAGMA foreign_keys=OFF")
    with connection.begin():
        filled = _begin(connection)
        with _without_triggers(connection) if Event.__tablename__ in filled else nullcontext():
            for table in filled:
                connection.exec_driver_sql(f"DELETE FROM {table}")
    raw.execute("PRAGMA foreign_keys=ON")


@contextmanager
def _without_triggers(connection: Connection) -> Iterator[None]:
    """The record lets nobody delete it, tests neither.

    The schema is the same afterwards, and so is its number: other connections need not read it again.
    """
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    triggers = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    for name, _sql in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _name, sql in triggers:
        connection.exec_driver_sql(sql)
    connection.exec_driver_sql(f"PRAGMA schema_version={version}")


def _wipe_postgresql(connection: Connection) -> None:
    """DELETE takes 4 ms where TRUNCATE takes 270; only a superuser may do it in any order."""
    with connection.begin():
        filled = _begin(connection)
        if not filled:
            return
        if connection.exec_driver_sql("SHOW is_superuser").scalar_one() == "on":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            connection.exec_driver_sql("; ".join(f"DELETE FROM {table}" for table in filled))
        else:
            connection.exec_driver_sql(f"TRUNCATE {', '.join(filled)} CASCADE")
