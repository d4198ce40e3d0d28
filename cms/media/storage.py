"""Where bytes are kept: under their own digest, whole or not at all."""

import contextlib
import hashlib
import os
import re
import tempfile
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

CHUNK = 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Storage(Protocol):
    """A place that knows files by the SHA-256 of their bytes."""

    def put(self, file: BinaryIO) -> str:
        """Keep the file and return its digest; what is there already is left as it is."""

    def open(self, digest: str) -> BinaryIO:
        """A seekable file; FileNotFoundError where there is none."""

    def exists(self, digest: str) -> bool: ...

    def delete(self, digest: str, *, before: datetime | None = None) -> None:
        """Does nothing where there is none, or where it was put later than `before`."""

    def probe(self) -> None:
        """OSError where nothing can be put."""


def open_storage(url: str) -> Storage:
    """The storage that CMS_STORAGE_URL names."""
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        raise ValueError("CMS_STORAGE_URL must begin with file:///.")
    return LocalFolder(Path(unquote(parts.path)))


class LocalFolder:
    """Files in a folder of this machine, spread over 256 folders below it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, file: BinaryIO) -> str:
        """Written beside its place, flushed to the disk and renamed: a crash leaves a draft, never half a file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=".draft-", dir=self.folder)
        try:
            with os.fdopen(handle, "wb") as copy:
                digest = _copy(file, copy)
                copy.flush()
                os.fsync(copy.fileno())
            self._place(Path(draft), digest)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(draft)
        return digest

    def open(self, digest: str) -> BinaryIO:
        return self.path(digest).open("rb")

    def exists(self, digest: str) -> bool:
        return self.path(digest).is_file()

    def delete(self, digest: str, *, before: datetime | None = None) -> None:
        path = self.path(digest)
        with contextlib.suppress(FileNotFoundError):
            if before is None or path.stat().st_mtime < before.timestamp():
                path.unlink()

    def probe(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(prefix=".probe-", dir=self.folder) as file:
            file.write(b"?")

    def _place(self, draft: Path, digest: str) -> None:
        path = self.path(digest)
        with contextlib.suppress(FileNotFoundError):
            os.utime(path)  # whoever deletes what nobody has sees that it was just sent again
            return
        path.parent.mkdir(exist_ok=True)
        draft.chmod(0o644)
        draft.replace(path)
        flush_folder(path.parent)

    def path(self, digest: str) -> Path:
        """Where it is, or would be. Only a digest becomes a path, so that none leads out of the folder."""
        if not _DIGEST.fullmatch(digest):
            raise FileNotFoundError(digest)
        return self.folder / digest[:2] / digest


def _copy(source: BinaryIO, target: BinaryIO) -> str:
    digest = hashlib.sha256()
    source.seek(0)
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest()


def flush_folder(folder: Path) -> None:
    """A new name is only safe once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
