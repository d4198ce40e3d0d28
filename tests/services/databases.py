"""Databases on a PostgreSQL server: made for one test or one process, and dropped."""

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from .servers import Server


def fresh_database(server: Server, name: str, template: str | None = None) -> str:
    """The URL of a database of that name, made anew: empty, or a copy of the template that nobody is connected to."""
    names = sql.Identifier(name), sql.Identifier(template or "template0")
    query = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names)
    if template is None:  # a server may have been set up with another encoding
        query += sql.SQL(" ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'")
    drop_database(server, name)
    _execute(server, query)
    return make_url(server.url).set(database=name).render_as_string(hide_password=False)


def drop_database(server: Server, name: str) -> None:
    """Remove it, whoever is still connected."""
    _execute(server, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _execute(server: Server, query: sql.Composed) -> None:
    """Alone, as these statements allow no transaction; the URL is told to libpq without SQLAlchemy's driver."""
    address = make_url(server.url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(query)
