"""SQLite: its own online backup, which waits for nobody and holds nobody up."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from cms.backups.databases import LIVE_TOKENS, TOKENS, WITH_FILES, Refused, Tried, counted
from cms.backups.manifest import Contents
from cms.backups.shelf import flush, private
from cms.core.generation import ASK, Generation

SECONDS = 30.0


class SQLite:
    """The database in one file."""

    kind, file = "sqlite", "database.db"

    def __init__(self, path: Path) -> None:
        self._path = path

    def copy(self, target: Path) -> Contents:
        private(target)
        with closing(_opened(self._path)) as source, closing(_opened(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, and nothing beside it
            contents = _contents(copy)
        flush(target)
        return contents

    def contents(self) -> Contents:
        with closing(_opened(self._path, "ro")) as database:
            return _contents(database)

    def try_out(self, source: Path) -> Tried:
        """The copy is a database as it is; `immutable`: nothing is written beside it."""
        try:
            with closing(_opened(source, "ro&immutable=1")) as copy:
                problems = [row[0] for row in copy.execute("PRAGMA integrity_check") if row[0] != "ok"]
                orphans = copy.execute("PRAGMA foreign_key_check").fetchall()
                problems += [f"{table} {row} → {parent}" for table, row, parent, _number in orphans]
                return Tried(_contents(copy), problems)
        except sqlite3.Error as error:
            return Tried(None, [str(error)])

    def is_empty(self) -> bool:
        if not self._path.exists():
            return True
        with closing(_opened(self._path, "ro")) as database:
            return not _tables(database)

    def put_back(self, source: Path, changes: Iterable[str], *, aside: Path | None) -> str:
        """Over the pages of the file that is there, so that whoever has it open sees the one or the other."""
        if aside is not None:
            aside.parent.mkdir(parents=True, mode=0o700)
            self.copy(aside)
        draft = private(self._path.with_name(f".{self._path.name}.restored"))
        try:
            draft.write_bytes(source.read_bytes())
            with closing(_opened(draft)) as copy:
                for change in changes:
                    copy.execute(change)
                copy.commit()
                if not self._path.exists():
                    private(self._path)
                with closing(_opened(self._path)) as there:
                    copy.backup(there)
        except sqlite3.Error as error:
            raise Refused(str(error)) from error
        finally:
            draft.unlink()
        return str(aside) if aside else ""


def _opened(path: Path, mode: str = "rw") -> sqlite3.Connection:
    """Never makes a new database."""
    return sqlite3.connect(f"file:{quote(str(path))}?mode={mode}", uri=True, timeout=SECONDS)


def _contents(database: sqlite3.Connection) -> Contents:
    tables = _tables(database)
    head = database.execute("SELECT version_num FROM alembic_version").fetchone() if tables else None
    counts = {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in counted(tables)}  # noqa: S608 - names of our models
    digests: set[str] = set()
    for name in WITH_FILES:
        if name in counts:
            digests.update(row[0] for row in database.execute(f"SELECT digest FROM {name}"))  # noqa: S608 - two constants
    generation = database.execute(ASK).fetchone()[0] if Generation.__tablename__ in counts else 0
    tokens = frozenset(row[0] for row in database.execute(LIVE_TOKENS)) if TOKENS in counts else frozenset()
    return Contents(head[0] if head else "", counts, frozenset(digests), generation, tokens)


def _tables(database: sqlite3.Connection) -> list[str]:
    return [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
