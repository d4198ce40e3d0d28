"""One at a time, among all threads and processes of a machine; a lock ends with the process that holds it."""

import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: So many different things may be made at once; the files are never deleted, which would let two hold "the" lock.
FILES = 64
PAUSE = 0.005

#: By file, for the threads of this process; none of those that hold one goes along where it is forked.
_beside: dict[Path, threading.Lock] = {}
os.register_at_fork(after_in_child=_beside.clear)


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
    """`locked` for what this name stands for. Names share locks: whoever holds one asks for no other in this folder.

    Threads of one process wait for each other without looking every few milliseconds: the next is woken at once.
    """
    began = time.monotonic()
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha256(name.encode()).digest()[0] % FILES:02}.lock"
    beside = _beside.setdefault(path, threading.Lock())
    if not beside.acquire(timeout=-1 if patience is None else patience):
        yield False
        return
    try:
        left = None if patience is None else max(0.0, patience - (time.monotonic() - began))
        with locked(path, patience=left) as is_ours:
            yield is_ours
    finally:
        beside.release()


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
