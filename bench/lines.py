"""Connections that stay, one to each of the processes that share an address, so that all of them can be asked at once.

While a machine has little to do, nearly every new connection is taken by the same process. Which one took it is known
to the kernel: `/proc/net/tcp` has the inode of a connection's other end, and `/proc/<pid>/fd` tells whose that is.
"""

import os
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.changing import TIMEOUT_SECONDS, Answer, received, send

#: So many that whoever takes the first is still busy with it when the next one comes.
AT_ONCE = 16
#: A server that keeps connections for five seconds would end one of them while it is used.
IDLE_SECONDS = 4
PATIENCE_SECONDS = 60
LOOK_SECONDS = 0.002
ESTABLISHED = "01"


class Line(HTTPConnection):
    """Never connects again by itself, since somebody else might answer."""

    auto_open = 0

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host, port, timeout=TIMEOUT_SECONDS)
        self.connect()
        self._used = time.monotonic()

    @property
    def is_open(self) -> bool:
        return self.sock is not None and time.monotonic() - self._used < IDLE_SECONDS

    def heard(self) -> Answer:
        """What comes back."""
        answer = received(self)
        self._used = time.monotonic()
        return answer


class Lines:
    """For one who asks and waits; whoever is asked in vain raises OSError, and then all have to be closed."""

    def __init__(self, base: str, workers: list[int]) -> None:
        place = urlsplit(base)
        self._host, self._port = place.hostname or "", place.port or 80
        self._workers = workers
        self._kept: dict[int, Line] = {}

    def ask(self, worker: int, path: str, *more: Any) -> Answer:
        """Of this worker; `more` as `changing.send` takes it."""
        (line,) = self._open_to([worker])
        send(line, path, *more)
        return line.heard()

    def ask_all(self, path: str) -> dict[int, Answer]:
        """Every worker has the question before the first answer is read."""
        lines = self._open_to(self._workers)
        for line in lines:
            send(line, path)
        return {worker: line.heard() for worker, line in zip(self._workers, lines, strict=True)}

    def close(self) -> None:
        """They are opened again when somebody asks."""
        while self._kept:
            self._kept.popitem()[1].close()

    def _open_to(self, workers: list[int]) -> list[Line]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not all(worker in self._kept and self._kept[worker].is_open for worker in workers):
            if time.monotonic() > deadline:
                raise RuntimeError(f"One of {workers} takes no connections.")
            self._open_more()
        return [self._kept[worker] for worker in workers]

    def _open_more(self) -> None:
        """Keeps one to each worker that there is none to."""
        for worker in [one for one, line in self._kept.items() if not line.is_open]:
            self._kept.pop(worker).close()
        lines = [Line(self._host, self._port) for _ in range(AT_ONCE)]
        for worker, line in zip(self._takers(lines), lines, strict=True):
            if self._kept.setdefault(worker, line) is not line:
                line.close()

    def _takers(self, lines: list[Line]) -> list[int]:
        """Waits until all are taken."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            inodes = _inodes_by_peer(self._port)
            owners = {inode: worker for worker in self._workers for inode in _sockets_of(worker)}
            ports = [line.sock.getsockname()[1] for line in lines]
            takers = [owners[inode] for port in ports if (inode := inodes.get(port)) in owners]
            if len(takers) == len(lines):
                return takers
            time.sleep(LOOK_SECONDS)
        raise RuntimeError(f"Connections to port {self._port} are not taken.")


def _inodes_by_peer(port: int) -> dict[int, int]:
    """Of connections that lead to a port of this machine, by the port that they come from; 0 is not yet taken."""
    found = {}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if words[3] == ESTABLISHED and int(words[1].rpartition(":")[2], 16) == port:
            found[int(words[2].rpartition(":")[2], 16)] = int(words[9])
    return found


def _sockets_of(pid: int) -> set[int]:
    """Their inodes; files that are closed meanwhile are none."""
    found = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        try:
            kind, _, inode = os.readlink(file).partition(":")
        except FileNotFoundError:
            continue
        if kind == "socket":
            found.add(int(inode.strip("[]")))
    return found
