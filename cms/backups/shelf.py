"""The folder of backups. A backup is a folder of its own, whole or not there; files are kept once, by digest, for all.

sets/20260302-120000-000/   manifest.json, files.json, the database, and checked.json once somebody has checked it
files/ab/abcdef…            what media, their versions and renditions are made of
aside/20260302-120000-000/  what was there before a backup was put back
"""

import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cms.backups.manifest import Manifest
from cms.core.errors import Conflict, NotFound
from cms.core.i18n import _
from cms.core.locks import locked
from cms.media.storage import LocalFolder, flush_folder

NAME = re.compile(r"\d{8}-\d{6}-\d{3}")
MANIFEST, FILES, CHECKED, FAILED = "manifest.json", "files.json", "checked.json", "failed.json"
_MAKING = ".making-"


@dataclass(frozen=True)
class Checked:
    """What a check found. `restored`: the database was opened and asked, and not only its table of contents read."""

    at: datetime
    restored: bool
    problems: list[str]


@dataclass(frozen=True)
class Failure:
    """The last attempt that went wrong; a backup that succeeds takes it away."""

    at: datetime
    reason: str
    job_id: int | None = None


@dataclass(frozen=True)
class Backup:
    """One that is whole, as far as its manifest tells."""

    name: str
    folder: Path
    manifest: Manifest
    checked: Checked | None

    @property
    def is_sound(self) -> bool:
        return self.checked is not None and not self.checked.problems

    def files(self) -> dict[str, int]:
        """The digest and size of each; ValueError where the list is not whole."""
        found: dict[str, int] = json.loads((self.folder / FILES).read_text())
        if len(found) != self.manifest.files:
            raise ValueError("The list of files is not whole.")
        return found


class Shelf:
    """All backups of one installation."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.sets, self.aside = root / "sets", root / "aside"
        self.files = LocalFolder(root / "files")

    def all(self) -> list[Backup]:
        """The newest first; a folder that cannot be read is none."""
        names = sorted((path.name for path in _within(self.sets) if NAME.fullmatch(path.name)), reverse=True)
        found = (self._read(name) for name in names)
        return [backup for backup in found if backup is not None]

    def get(self, name: str) -> Backup:
        """Only a name of our own becomes a path."""
        backup = self._read(name) if NAME.fullmatch(name) else None
        if backup is None:
            raise NotFound(_("There is no backup of this name."))
        return backup

    def failure(self) -> Failure | None:
        told = _told(self.root / FAILED)
        return Failure(datetime.fromisoformat(told.pop("at")), **told) if told else None

    def note_failure(self, failure: Failure) -> None:
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_json(self.root / FAILED, asdict(failure) | {"at": failure.at.isoformat()})

    def forget_failure(self) -> None:
        (self.root / FAILED).unlink(missing_ok=True)

    def note_check(self, backup: Backup, checked: Checked) -> None:
        write_json(backup.folder / CHECKED, asdict(checked) | {"at": checked.at.isoformat()})

    def prepare(self) -> None:
        """Nobody but the owner of the installation looks in here: there are hashes and addresses in it."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (self.sets, self.files.folder):
            folder.mkdir(exist_ok=True, mode=0o700)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Conflict where somebody is at it; the lock ends with the process that holds it."""
        self.prepare()
        with locked(self.root / "lock", patience=0) as is_ours:
            if not is_ours:
                raise Conflict(_("Another backup is being made or checked just now."))
            yield

    @contextlib.contextmanager
    def new(self, name: str) -> Iterator[Path]:
        """A folder that becomes a backup when the block ends well, and is gone when it does not."""
        for left in _within(self.sets):
            if left.name.startswith(_MAKING):  # of somebody who was killed: we hold the lock
                shutil.rmtree(left)
        draft = self.sets / f"{_MAKING}{name}"
        draft.mkdir(mode=0o700)
        try:
            yield draft
            for path in draft.iterdir():
                flush(path)
            flush_folder(draft)
            draft.rename(self.sets / name)
            flush_folder(self.sets)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise

    def remove(self, backup: Backup) -> None:
        """Its manifest first: what is left of it is no backup."""
        (backup.folder / MANIFEST).unlink()
        shutil.rmtree(backup.folder)

    def kept_digests(self) -> Iterator[str]:
        for folder in _within(self.files.folder):
            yield from (path.name for path in _within(folder))

    def _read(self, name: str) -> Backup | None:
        folder = self.sets / name
        try:
            manifest = Manifest.read(folder / MANIFEST)
        except (OSError, ValueError):
            return None
        told = _told(folder / CHECKED)
        checked = Checked(datetime.fromisoformat(told.pop("at")), **told) if told else None
        return Backup(name, folder, manifest, checked)


def name_at(at: datetime) -> str:
    return f"{at:%Y%m%d-%H%M%S}-{at.microsecond // 1000:03}"


def write_json(path: Path, value: Any) -> None:
    """Whole or not at all, and for nobody else to read."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with private(draft).open("w") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    flush_folder(path.parent)


def private(path: Path) -> Path:
    """Made first and empty, since what fills it asks nobody who may read."""
    path.touch(mode=0o600)
    return path


def flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _within(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _told(path: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return told
