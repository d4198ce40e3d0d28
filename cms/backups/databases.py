"""A database as backups see it: copied while others write, tried, and put back in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cms.backups.manifest import Contents
from cms.core.db import Base

#: Whose `digest` names bytes in the storage; renditions are left out, since they are made again when asked for.
WITH_FILES = ("media", "media_versions")
#: Those that open something.
TOKENS = "api_tokens"
LIVE_TOKENS = f"SELECT digest FROM {TOKENS} WHERE revoked_at IS NULL"  # noqa: S608 - a constant


class Refused(Exception):
    """A program or the database would not do it; the text says what was said."""


@dataclass(frozen=True)
class Tried:
    """What a copy holds, and what is wrong with it; `contents` is None where only its table of contents was read."""

    contents: Contents | None
    problems: list[str]


class Database(Protocol):
    """The database of this installation."""

    kind: str
    file: str

    def copy(self, target: Path) -> Contents:
        """A copy that is whole and of one moment, even while somebody writes."""

    def contents(self) -> Contents:
        """Of what is there now."""

    def try_out(self, source: Path) -> Tried:
        """Put it back somewhere where nobody sees it, and look."""

    def is_empty(self) -> bool: ...

    def put_back(self, source: Path, changes: Iterable[str], *, aside: Path | None) -> str:
        """All or nothing, with changes that are made before anybody sees it; says where what was there is now."""


def counted(names: Iterable[str]) -> list[str]:
    """Of the tables that are there, ours."""
    return sorted(set(names) & set(Base.metadata.tables))
