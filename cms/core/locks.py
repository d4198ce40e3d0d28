"""One at a time, among all threads and processes of a machine; a lock ends with the process that holds it."""

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: So many different things may be made at once; the files are never deleted, which would let two hold "the" lock.
FILES = 64
PAUSE = 0.005


def take(file: int) -> bool:
    """Whether the lock of an open file is ours now, and until it is closed; nobody waits."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def locked(path: Path, *, patience: float | None = None) -> Iterator[bool]:
    """Whether it is ours: False where somebody has it still after so many seconds; by default it is waited for."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _taken(file, patience)
    finally:
        os.close(file)


@contextmanager
def turn(folder: Path, name: str, *, patience: float | None = None) -> Iterator[bool]:
    """`locked` for what this name stands for. Names share locks: whoever holds one asks for no other in this folder."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = hashlib.sha256(name.encode()).digest()[0] % FILES
    with locked(folder / f"{number:02}.lock", patience=patience) as is_ours:
        yield is_ours


def _taken(file: int, patience: float | None) -> bool:
    if patience is None:
        fcntl.flock(file, fcntl.LOCK_EX)
        return True
    until = time.monotonic() + patience
    while not take(file):
        if time.monotonic() >= until:
            return False
        time.sleep(PAUSE)
    return True
