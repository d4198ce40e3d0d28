"""Where kept pages lie: some in the memory of each process, all in files that the processes of a machine share.

A file is written over where it lies, which takes a tenth of putting another in its place; its seal tells whoever
reads it meanwhile, or after a crash, that it is not whole, and such a file is as good as none.
"""

import contextlib
import hashlib
import math
import os
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

from cms.core.files import MEGABYTE
from cms.core.locks import turn
from cms.site.kept.page import KeptPage, is_of, load
from cms.site.kept.seal import BYTES, Seal

#: Of one process, some 500 pages: all the rest is a read away, in files of which the system keeps one copy for all.
MEMORY_BYTES = 7 * MEGABYTE // 2
#: Of all files; the processes of a machine may be above it by a part for each, until they look.
FILES_BYTES = 256 * MEGABYTE
#: The part after which a process looks how much there is, and how long it waits at most where it wrote.
LOOKS, LOOK_SECONDS = 16, 3600.0
#: A page that was not written for so long may show what was erased since.
LIFE_SECONDS = 86_400.0
TIDYING = "kept-pages"
LOCK_SECONDS = 10.0


class Memory:
    """By key, old or not; the least used are forgotten where they take more than their share of bytes.

    What would take all of it is not kept, and pushes out no others.
    """

    def __init__(self, most_bytes: int = MEMORY_BYTES) -> None:
        self._most_bytes = most_bytes
        self._pages: OrderedDict[str, KeptPage] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: str) -> KeptPage | None:
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def put(self, key: str, page: KeptPage) -> None:
        with self._lock:
            old = self._pages.pop(key, None)
            self._bytes -= old.size if old else 0
            if page.size > self._most_bytes:
                return
            self._pages[key] = page
            self._bytes += page.size
            while self._bytes > self._most_bytes:
                self._bytes -= self._pages.popitem(last=False)[1].size


class Files:
    """The latest of each page, true or not: whoever knows its questions asks them again before they make another.

    `release` tells apart what different versions of the code would make. Each is signed, and none that is broken stands
    in the way: it is made anew.
    """

    def __init__(self, folder: Path, release: str, secret: str, most_bytes: int = FILES_BYTES) -> None:
        self._folder = folder / release
        self._seal = Seal(secret, "page files")
        self._most_bytes = most_bytes
        #: Of what was written since it was last looked how much there is, and when that is due.
        self._bytes, self._next_look = 0, -math.inf
        self._locks = folder / "locks"

    def get(self, key: str, generation: int | None = None) -> KeptPage | None:
        """None where it is not there, or cannot be read, or is not of the generation that was asked for."""
        try:
            data = self._place(key).read_bytes()
            if generation is not None and not is_of(data, generation, BYTES):
                return None
            return load(self._seal.opened(key, data))
        except (OSError, ValueError):
            return None

    def put(self, key: str, page: KeptPage) -> None:
        """Nothing is lost where there is no room: the page is made again."""
        data = self._seal.closed(key, page.dump())
        if len(data) > self._most_bytes:
            return
        with contextlib.suppress(OSError):
            if not self._folder.is_dir():
                self._folder.parent.mkdir(mode=0o700, exist_ok=True)
                self._folder.mkdir(mode=0o700, exist_ok=True)
            _write_over(self._place(key), data)
            self._bytes += len(data)
        now = time.monotonic()
        if self._bytes > self._most_bytes // LOOKS or now > self._next_look:
            self._bytes, self._next_look = 0, now + LOOK_SECONDS
            threading.Thread(target=self.tidy, name=TIDYING, daemon=True).start()

    def drop(self, key: str) -> None:
        """There is no such page any more."""
        with contextlib.suppress(OSError):
            self._place(key).unlink(missing_ok=True)

    @contextlib.contextmanager
    def making(self, key: str) -> Iterator[bool]:
        """One at a time of all processes; False, after some seconds, where whoever is at it does not come to an end.

        Where nothing can be written, everybody makes it for themselves.
        """
        with contextlib.ExitStack() as held:
            is_ours = True
            with contextlib.suppress(OSError):
                if not self._locks.is_dir():
                    self._locks.parent.mkdir(mode=0o700, exist_ok=True)
                is_ours = held.enter_context(turn(self._locks, key, patience=LOCK_SECONDS))
            yield is_ours

    def tidy(self) -> None:
        """What other code made goes, what was not written for a day, and beyond the share of bytes the eldest."""
        with contextlib.suppress(OSError):
            for release in self._folder.parent.iterdir():
                if release.name not in (self._folder.name, self._locks.name):
                    shutil.rmtree(release, ignore_errors=True)
            left = self._most_bytes - self._most_bytes // LOOKS
            oldest = time.time() - LIFE_SECONDS
            for written, size, path in sorted(_files_in(self._folder), reverse=True):
                left -= size
                if left < 0 or written < oldest:
                    Path(path).unlink(missing_ok=True)

    def _place(self, key: str) -> Path:
        return self._folder / hashlib.sha256(key.encode()).hexdigest()


def _write_over(place: Path, data: bytes) -> None:
    """What was there is cut off after, not before: to free its room and ask for the same again is what takes long."""
    try:
        handle = _opened(place)
    except OSError:  # somebody else's, or a link
        place.unlink(missing_ok=True)
        handle = _opened(place)
    with open(handle, "wb") as file:
        file.write(data)
        file.truncate()


def _opened(place: Path) -> int:
    return os.open(place, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)


def _files_in(folder: Path) -> Iterator[tuple[float, int, str]]:
    """When each was written, how large it is, and where; other processes write and tidy as well."""
    for file in os.scandir(folder):
        with contextlib.suppress(OSError):
            told = file.stat(follow_symlinks=False)
            yield told.st_mtime, told.st_size, file.path
