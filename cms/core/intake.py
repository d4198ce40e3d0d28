"""A file to whose end others write lines, and from whose front we take them; a hole is left where they were.

So whoever writes may keep it open for ever, and what comes while we read is not lost. Each line is taken once,
whichever processes ask; one that dies over its lines leaves them there. Nothing but the file knows how far we are.
"""

import ctypes
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cms.core.locks import take

#: At once; no line is so long.
MOST_BYTES = 256 * 1024
#: Of fallocate: the size stays, so that those who write go on after it.
_KEEP_SIZE, _PUNCH_HOLE = 1, 2
#: Where no file of ours ends: a hole there takes nothing away from anybody, and tells whether one can be made.
_FAR_BEYOND = 2**40


class Intake:
    """What is there was made by an operator, or by us for whoever writes under our own account."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def open(self) -> None:
        """What is there stays: others write to it, and nobody has read it. OSError where no holes can be made."""
        file = _no_link(self._place, os.O_RDWR | os.O_CREAT)
        try:
            _punch(file, _FAR_BEYOND, 1)
        finally:
            os.close(file)

    @contextmanager
    def some(self) -> Iterator[bytes | None]:
        """Whole lines, which are gone after the block, or none; None where another process takes some just now."""
        try:
            file = _no_link(self._place, os.O_RDWR)
        except FileNotFoundError:
            yield b""
            return
        try:
            if not take(file):
                yield None
                return
            lines, end = _front(file)
            yield lines
            if end:
                _punch(file, 0, end)
        finally:
            os.close(file)


def _no_link(place: Path, flags: int) -> int:
    """What is taken is gone: it is never that of another file."""
    return os.open(place, flags | os.O_NOFOLLOW, 0o600)


def _front(file: int) -> tuple[bytes, int]:
    """The first lines that are whole, and where they end."""
    try:
        at = os.lseek(file, 0, os.SEEK_DATA)
    except OSError as error:
        if error.errno != errno.ENXIO:  # nothing but a hole
            raise
        return b"", 0
    while not (found := os.pread(file, MOST_BYTES, at)).strip(b"\0"):  # a hole may begin in the midst of a block
        if not found:
            return b"", 0
        at += len(found)
    whole = found.rfind(b"\n") + 1
    if not whole and len(found) == MOST_BYTES:
        whole = MOST_BYTES
    return found[:whole].lstrip(b"\0"), at + whole if whole else 0


def _punch(file: int, start: int, length: int) -> None:
    punch = getattr(ctypes.CDLL(None, use_errno=True), "fallocate", None)
    if punch is None:
        raise OSError(errno.ENOTSUP, "no holes can be made in files here")
    punch.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_long, ctypes.c_long)
    if punch(file, _KEEP_SIZE | _PUNCH_HOLE, start, length) != 0:
        raise OSError(ctypes.get_errno(), "no hole can be made in this file")
