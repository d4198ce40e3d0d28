"""Databases made for one measurement and gone after it."""

import argparse
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from tests.services.keeper import keeper, shared_server

#: Of databases of this process: there may be several at once.
_numbers = count(1)
CREATE = "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'"


def databases(asked: argparse.Namespace, stack: ExitStack) -> Iterator[tuple[str, str | None]]:
    """Those that `--only` leaves, by name, with the server of the second: `--postgres`, or one that is started."""
    if asked.only != "postgresql":
        yield "SQLite", None
    if asked.only != "sqlite":
        if not asked.postgres:
            stack.enter_context(keeper())
        yield "PostgreSQL", asked.postgres or shared_server("postgres").url


@contextmanager
def database(postgres: str | None, folder: str) -> Iterator[str]:
    """SQLite in the folder, or a database of our own on the server of that URL."""
    if postgres is None:
        yield f"sqlite:///{folder}/copydesk.db"
        return
    name = f"copydesk_bench_{os.getpid()}_{next(_numbers)}"
    _on_server(postgres, CREATE, name)
    try:
        yield _address(postgres, name)
    finally:
        _on_server(postgres, "DROP DATABASE {} WITH (FORCE)", name)


def kept_database(postgres: str | None, folder: Path) -> str:
    """One that stays, made where it is not there yet; that of a server has the name of the folder."""
    if postgres is None:
        return f"sqlite:///{folder}/copydesk.db"
    name = f"copydesk_bench_{folder.name}"
    if not (folder / "made").exists():
        _on_server(postgres, CREATE, name)
        (folder / "made").touch()
    return _address(postgres, name)


def _address(postgres: str, name: str) -> str:
    return make_url(postgres).set(database=name).render_as_string(hide_password=False)


def _on_server(postgres: str, statement: str, name: str) -> None:
    """Alone, as these statements allow no transaction; libpq is told the address without SQLAlchemy's driver."""
    address = make_url(postgres).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
