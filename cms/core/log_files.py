"""A log file that several processes write, and that grows no larger than it may.

Each entry is one write to the end of the file, which the system does not mix with another's. Whoever finds the file
full moves it aside while holding a lock that the others take as well, and looks again under the lock, so that a file is
moved once however many found it full. An entry that another process writes at that moment goes into the file that was
moved, where it stays: none is lost. What somebody else moved, such as logrotate, is left behind in the same way.
"""

import contextlib
import logging
import os
import time
from pathlib import Path

from cms.core.locks import locked

#: Beside the one that is written.
KEPT = 10
#: After it could not be moved, as in a folder that is somebody else's.
RETRY_SECONDS = 60.0


class LogFile(logging.Handler):
    """Writes to the end of a file; `most_bytes` of it, or any number where that is 0."""

    def __init__(self, path: Path, most_bytes: int, kept: int = KEPT) -> None:
        super().__init__()
        self._path, self._most_bytes, self._kept = path.absolute(), most_bytes, kept
        self._not_before = 0.0
        self._file = self._opened()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            entry = (self.format(record) + "\n").encode("utf-8", "backslashreplace")
            self._follow()
            if self._is_full(len(entry)):
                self._turn(len(entry))
            os.write(self._file, entry)
        except Exception:  # as the handlers of the standard library do: who logs is not to suffer for it
            self.handleError(record)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._file)
        super().close()

    def _opened(self) -> int:
        """For its owner, and for the group that reads logs."""
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)

    def _follow(self) -> None:
        """To the file of this name, where somebody moved the one that is open."""
        ours = os.fstat(self._file)
        try:
            there = self._path.stat()
        except FileNotFoundError:
            there = None
        if there is None or (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino):
            fresh = self._opened()
            os.close(self._file)
            self._file = fresh

    def _is_full(self, more: int) -> bool:
        size = os.fstat(self._file).st_size
        return bool(self._most_bytes) and size > 0 and size + more > self._most_bytes

    def _turn(self, more: int) -> None:
        """Where that is not allowed the file grows on, which is better than to lose what is said."""
        if time.monotonic() < self._not_before:
            return
        try:
            with locked(self._path.with_name(f"{self._path.name}.lock")):
                self._follow()
                if self._is_full(more):
                    self._move_aside()
                    self._follow()
        except OSError:
            self._not_before = time.monotonic() + RETRY_SECONDS

    def _move_aside(self) -> None:
        """`.1` is the latest; the oldest goes."""
        for number in range(self._kept - 1, 0, -1):
            with contextlib.suppress(FileNotFoundError):
                self._numbered(number).rename(self._numbered(number + 1))
        self._path.rename(self._numbered(1))

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")
