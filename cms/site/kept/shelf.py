"""Where kept pages lie: the latest in the memory of each process, all of one generation in files that processes share.

A file is whole or not there. A new generation begins with an empty folder; folders of older ones go with it.
"""

import contextlib
import hashlib
import shutil
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

from cms.core.files import MEGABYTE, write_whole
from cms.core.locks import turn
from cms.site.kept.page import KeptPage, load

#: Of one process, some 700 pages: all the rest is a read away, in files of which the system keeps one copy for all.
MEMORY_BYTES = 8 * MEGABYTE
#: Of files that one process adds to one generation.
FILES_BYTES = 256 * MEGABYTE
LOCK_SECONDS = 10.0


class Memory:
    """By key, old or not; the least used are forgotten where they take more than their share of bytes."""

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
            self._bytes += page.size - (old.size if old else 0)
            self._pages[key] = page
            while self._bytes > self._most_bytes and self._pages:
                self._bytes -= self._pages.popitem(last=False)[1].size


class Files:
    """A folder for each generation; `release` tells apart what different versions of the code would make."""

    def __init__(self, folder: Path, release: str, most_bytes: int = FILES_BYTES) -> None:
        self._folder = folder / release
        self._most_bytes = most_bytes
        self._generation = -1
        self._bytes = 0
        self._locks = folder / "locks"

    def get(self, generation: int, key: str) -> KeptPage | None:
        """None where it is not there, or cannot be read."""
        try:
            return load(self._place(generation, key).read_bytes())
        except (OSError, ValueError):
            return None

    def put(self, key: str, page: KeptPage) -> None:
        """Nothing is lost where there is no room: the page is made again."""
        place = self._place(page.generation, key)
        data = page.dump()
        if page.generation != self._generation:
            self._begin(page.generation)
        if self._bytes + len(data) > self._most_bytes:
            return
        with contextlib.suppress(OSError):
            if not place.parent.is_dir():
                place.parent.mkdir(mode=0o700, exist_ok=True)
            write_whole(place, data)
            self._bytes += len(data)

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

    def _begin(self, generation: int) -> None:
        """All that is older goes: whoever was still looking for a page there makes it again."""
        self._generation, self._bytes = generation, 0
        with contextlib.suppress(OSError):
            for folder in (self._folder.parent, self._folder):
                folder.mkdir(mode=0o700, exist_ok=True)
            for folder in self._folder.iterdir():
                if folder.name.isdigit() and int(folder.name) < generation:
                    shutil.rmtree(folder, ignore_errors=True)
            for release in self._folder.parent.iterdir():
                if release.name not in (self._folder.name, self._locks.name):
                    shutil.rmtree(release, ignore_errors=True)

    def _place(self, generation: int, key: str) -> Path:
        return self._folder / str(generation) / hashlib.sha256(key.encode()).hexdigest()
