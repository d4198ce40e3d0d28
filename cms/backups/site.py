"""What is backed up, and where to: the database, the storage and the shelf of one installation."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from cms.backups.databases import Database
from cms.backups.shelf import Shelf
from cms.backups.sqlite import SQLite
from cms.core.keys import derived_key
from cms.media.storage import Storage


@dataclass(frozen=True)
class Site:
    """`key_mark` tells one CMS_SECRET_KEY from another; the key itself is in no backup."""

    shelf: Shelf
    database: Database
    storage: Storage
    key_mark: str


def database_of(url: URL) -> Database:
    if url.get_backend_name() == "sqlite":
        return SQLite(Path(str(url.database)))
    from cms.backups.postgresql import PostgreSQL  # here, since it brings the driver along

    return PostgreSQL(url)


def mark_of(secret: str) -> str:
    """Sixteen hexadecimal digits that lead nowhere back."""
    return derived_key(secret, "backup")[:16]
