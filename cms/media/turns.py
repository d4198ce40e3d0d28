"""One at a time, among all threads and processes of a machine."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: So many different things may be made at once; the files are never deleted, which would let two hold "the" lock.
FILES = 64


@contextmanager
def turn(folder: Path, name: str) -> Iterator[None]:
    """Wait until nobody else works on what this name stands for."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = hashlib.sha256(name.encode()).digest()[0] % FILES
    with (folder / f"{number:02}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
