"""Programs that a measurement starts, waits for and ends, and what memory they take together."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

ROOT = Path(__file__).parents[1]
START_SECONDS, STOP_SECONDS = 180, 40
#: Fine enough to time a start by.
LOOK_SECONDS = 0.02


@contextmanager
def running(
    command: list[str],
    settings: dict[str, str],
    url: str,
    *,
    folder: Path = ROOT,
    log: Path | None = None,
    user: str | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """The block begins once the address answers with 200, and the program is ended with TERM after it."""
    environment = {**os.environ, **settings}
    with (log or Path(os.devnull)).open("ab") as output:
        server = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=output if log else None, user=user
        )
    try:
        wait_for(url, server)
        yield server
    finally:
        end(server)


def wait_for(url: str, server: subprocess.Popen[bytes]) -> float:
    """Seconds until the first 200; raises RuntimeError where the program ends or takes too long."""
    began = time.monotonic()
    while time.monotonic() < began + START_SECONDS and server.poll() is None:
        try:
            with urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return time.monotonic() - began
        except OSError:
            time.sleep(LOOK_SECONDS)
    raise RuntimeError(f"{url} does not answer.")


def end(server: subprocess.Popen[bytes]) -> None:
    """As an operator would; killed where it does not listen."""
    server.terminate()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def status_of(url: str, headers: dict[str, str] | None = None) -> tuple[int, bytes, str]:
    """Status, body and ETag of one answer, whatever its status."""
    try:
        with urlopen(Request(url, headers=headers or {}), timeout=60) as answer:
            return answer.status, answer.read(), answer.headers.get("ETag") or ""
    except HTTPError as answer:
        with answer:
            return answer.code, answer.read(), answer.headers.get("ETag") or ""


def tree_of(pid: int) -> list[int]:
    """A process and all that it started."""
    parents = {int(folder.name): parent for folder in Path("/proc").glob("[0-9]*") if (parent := _parent(folder))}
    found = [pid]
    for one in found:
        found.extend(child for child, parent in parents.items() if parent == one)
    return found


def workers_of(pid: int, count: int) -> list[int]:
    """They begin one after the other, and the first of them answers alone; raises RuntimeError where it takes long."""
    deadline = time.monotonic() + START_SECONDS
    while len(found := tree_of(pid)[1:]) < count:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{len(found)} of {count} processes have begun.")
        time.sleep(LOOK_SECONDS)
    return found


def _parent(folder: Path) -> int:
    """0 for one that has ended meanwhile."""
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def megabytes_of(pid: int) -> float:
    """PSS of the whole tree: memory that its processes share is counted once."""
    return sum(_pss_kilobytes(one) for one in tree_of(pid)) / 1024


def _pss_kilobytes(pid: int) -> int:
    """0 for one that has ended meanwhile, waited for or not."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (ProcessLookupError, FileNotFoundError):
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
