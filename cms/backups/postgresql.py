"""PostgreSQL: pg_dump and pg_restore, in one snapshot and in one transaction."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL

from cms.backups.databases import LIVE_TOKENS, TOKENS, WITH_FILES, Refused, Tried, counted
from cms.backups.manifest import Contents
from cms.backups.shelf import private
from cms.core.generation import ASK, Generation

CONNECT_SECONDS = 5
_TABLES = "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = 'public'"
#: What of a dump is of another server or another role is not brought along.
_PLAIN = ("--no-owner", "--no-privileges")
#: A dump leaves no schema to look in, and times without a zone are UTC.
_HERE = ("SET LOCAL search_path TO public", "SET LOCAL TimeZone TO 'UTC'")


class PostgreSQL:
    """The schema `public` of one database."""

    kind, file = "postgresql", "database.dump"

    def __init__(self, url: URL) -> None:
        """A password may stand among the parameters as well."""
        self._url = url.difference_update_query(["password"])
        among = url.query.get("password")
        self._password = url.password or (str(among) if among else None)

    def copy(self, target: Path) -> Contents:
        """What is counted and what is copied is of the same snapshot."""
        private(target)
        with self._connected() as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            [(snapshot,)] = connection.execute("SELECT pg_export_snapshot()")
            contents = _contents(connection)
            self._run("pg_dump", "--format=custom", "--schema=public", f"--snapshot={snapshot}", f"--file={target}")
        return contents

    def contents(self) -> Contents:
        with self._connected() as connection:
            return _contents(connection)

    def try_out(self, source: Path) -> Tried:
        """In a database of its own, where the role may make one; else only its table of contents is read."""
        try:
            with self._scratch() as scratch:
                if scratch is None:
                    self._run("pg_restore", "--list", str(source), connects=False)
                    return Tried(None, [])
                scratch.fill(source)
                return Tried(scratch.contents(), [])
        except Refused as refusal:
            return Tried(None, [str(refusal)])

    def is_empty(self) -> bool:
        with self._connected() as connection:
            return connection.execute(f"{_TABLES} LIMIT 1").fetchone() is None

    def fill(self, source: Path) -> None:
        """An empty database; the dump brings the schema along."""
        with self._connected(autocommit=True) as connection:
            connection.execute("DROP SCHEMA IF EXISTS public CASCADE")
        self._script([], source, [])

    def put_back(self, source: Path, changes: Iterable[str], *, aside: Path | None) -> str:
        """What was there stays in the database, as a schema of another name."""
        name = f"aside_{secrets.token_hex(4)}"
        rename = [f"ALTER SCHEMA public RENAME TO {name}"] if aside else ["DROP SCHEMA IF EXISTS public"]
        self._script(rename, source, [*_HERE, *changes])
        return f"the schema {name}" if aside else ""

    def _script(self, before: Iterable[str], source: Path, after: Iterable[str]) -> None:
        """One transaction around what pg_restore writes: psql commits at the end of its input, and gets there whole."""
        options = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--file=-")
        command = [_program("psql"), *options, f"--dbname={self._address}"]
        environment = self._environment | {"PGOPTIONS": "-c client_min_messages=error"}
        with subprocess.Popen(  # noqa: S603 - a program found on PATH, no shell
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment
        ) as psql:
            try:
                _say(psql.stdin, before)
                self._run("pg_restore", *_PLAIN, "--file=-", str(source), connects=False, stdout=psql.stdin)
                _say(psql.stdin, after)
            except (Refused, BrokenPipeError) as error:
                psql.kill()
                raise Refused(_last_line(psql.communicate()[1]) or str(error)) from error
            _out, said = psql.communicate()
        if psql.returncode:
            raise Refused(_last_line(said) or f"psql ended with {psql.returncode}.")

    @contextmanager
    def _scratch(self) -> Iterator["PostgreSQL | None"]:
        """None where the role may make no database."""
        name = f"copydesk_try_{secrets.token_hex(6)}"
        with self._connected(autocommit=True) as connection:
            try:
                connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
            except psycopg.errors.InsufficientPrivilege:
                yield None
                return
            try:
                yield PostgreSQL(self._url.set(database=name, password=self._password))
            finally:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def _connected(self, *, autocommit: bool = False) -> Iterator[psycopg.Connection]:
        address = self._url.set(drivername="postgresql", password=self._password).render_as_string(hide_password=False)
        try:
            with psycopg.connect(address, autocommit=autocommit, connect_timeout=CONNECT_SECONDS) as connection:
                yield connection
        except psycopg.OperationalError as error:
            raise Refused(_last_line(str(error).encode())) from error

    def _run(self, name: str, *arguments: str, connects: bool = True, stdout: Any = subprocess.DEVNULL) -> None:
        command = [_program(name), *arguments, *([f"--dbname={self._address}"] if connects else [])]
        done = subprocess.run(  # noqa: S603 - a program found on PATH, no shell
            command, env=self._environment, stdout=stdout, stderr=subprocess.PIPE, check=False
        )
        if done.returncode:
            raise Refused(_last_line(done.stderr) or f"{name} ended with {done.returncode}.")

    @property
    def _address(self) -> str:
        """Without the password: everybody on a machine can read the arguments of its programs."""
        url = self._url
        return URL.create(
            "postgresql", url.username, None, url.host, url.port, url.database, url.query
        ).render_as_string()

    @property
    def _environment(self) -> dict[str, str]:
        return os.environ | ({"PGPASSWORD": self._password} if self._password else {})


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Refused(f"{name} is needed. Install postgresql-client.")
    return found


def _contents(connection: psycopg.Connection) -> Contents:
    tables = [row[0] for row in connection.execute(_TABLES)]
    head = connection.execute("SELECT version_num FROM public.alembic_version").fetchone() if tables else None
    counts = {name: _one(connection, "SELECT count(*) FROM public.{}", name) for name in counted(tables)}
    digests: set[str] = set()
    for name in WITH_FILES:
        if name in counts:
            query = sql.SQL("SELECT digest FROM public.{}").format(sql.Identifier(name))
            digests.update(row[0] for row in connection.execute(query))
    generation = connection.execute(ASK).fetchone() if Generation.__tablename__ in counts else None
    tokens = frozenset(row[0] for row in connection.execute(LIVE_TOKENS)) if TOKENS in counts else frozenset()
    return Contents(head[0] if head else "", counts, frozenset(digests), generation[0] if generation else 0, tokens)


def _one(connection: psycopg.Connection, query: Any, name: str) -> int:
    row = connection.execute(sql.SQL(query).format(sql.Identifier(name))).fetchone()
    return int(row[0]) if row else 0


def _say(into: Any, statements: Iterable[str]) -> None:
    into.writelines(f"{statement};\n".encode() for statement in statements)
    into.flush()


def _last_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
