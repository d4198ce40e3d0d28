"""Is a change in the very next answer, whichever worker gives it?

    .venv/bin/python -m bench.freshness [--pairs N] [--workers N] [--only sqlite|postgresql] [--nginx] [--json FILE]

A program changes a published post by the API, by each worker in turns, and reads its public page right after, from all
of them at once: and then once more from what they have kept. Exits 1 where one answer is old, is an error, or a worker
was never met.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.changing import Answer, Writer, ask, token_of_owner
from bench.from_disk import nginx_before, settings
from bench.installation import Installation, installation, setups
from bench.lines import Lines
from bench.programs import workers_of
from bench.publisher import newest_texts
from bench.results import Goal, conclude
from deploy.front import free_port

PAIRS, WORKERS, DESKS, READS = 10_000, 4, 4, 2
#: By nginx there is one desk, so that pages are on disk when they change; so many of them have to be.
DISK_DESKS, SHARE_ON_DISK = 1, 0.2


@dataclass
class Count:
    """`pairs` are changes that were acknowledged and then read, `on_disk` those of stored pages."""

    pairs: int = 0
    on_disk: int = 0
    reads: int = 0
    stale: int = 0
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0
    workers: set[int] = field(default_factory=set)

    def add(self, other: "Count") -> None:
        """All but its time, which went by at once."""
        self.pairs, self.reads = self.pairs + other.pairs, self.reads + other.reads
        self.on_disk, self.stale = self.on_disk + other.on_disk, self.stale + other.stale
        self.errors += other.errors
        self.workers |= other.workers

    def told(self) -> dict[str, Any]:
        """Numbers alone."""
        figures = {name: len(value) if isinstance(value, list | set) else value for name, value in vars(self).items()}
        return {**figures, "rate": round(self.pairs / self.seconds, 1)}


@dataclass(frozen=True)
class Site:
    """Workers are asked at `base`; readers ask `front` where there is one, which sends `pages` from disk."""

    base: str
    token: str
    workers: list[int]
    front: str | None = None
    pages: Path | None = None

    def is_on_disk(self, path: str) -> bool:
        return self.pages is not None and (self.pages / "current" / path.lstrip("/") / "index.html").exists()


class Desk:
    """A program with a post of its own; workers are met that answer, or publish where nginx answers."""

    def __init__(self, site: Site, post: int, path: str) -> None:
        self.count = Count()
        self._site, self._post, self._path = site, post, path
        self._lines = Lines(site.base, site.workers)

    def work(self, pairs: int) -> Count:
        """So many changes, each read back."""
        for number in range(pairs):
            try:
                self._change(number)
            except OSError as error:
                self.count.errors.append(f"{type(error).__name__}: {error}")
                self._lines.close()
        self._lines.close()
        return self.count

    def _change(self, number: int) -> None:
        title = f"Change {number} of post {self._post}"
        was_on_disk = self._site.is_on_disk(self._path)
        worker = self._site.workers[number % len(self._site.workers)]
        statuses = Writer(partial(self._lines.ask, worker), self._site.token).publish(self._post, title)
        if statuses != [200, 200]:
            self.count.errors.append(f"{statuses} on publishing")
            return
        if self._site.front:
            self.count.workers.add(worker)
        self.count.pairs += 1
        self.count.on_disk += was_on_disk
        for _ in range(READS):
            self._read(title)

    def _read(self, title: str) -> None:
        if self._site.front:
            judge(self.count, ask(self._site.front, self._path), title)
            return
        for worker, answer in self._lines.ask_all(self._path).items():
            self.count.workers.add(worker)
            judge(self.count, answer, title)


def judge(count: Count, answer: Answer, title: str) -> None:
    """The title stands in a heading of the page, and ends there: change 1 is not change 10."""
    count.reads += 1
    if answer.status != 200:
        count.errors.append(f"{answer.status} on reading")
    elif f">{title}<".encode() not in answer.body:
        count.stale += 1


def main() -> int:
    asked = _arguments()
    goals: list[Goal] = []
    told: dict[str, Any] = {}
    print("| set-up | pairs | reads | stale | errors | pairs/s | workers met |\n|---|---:|---:|---:|---:|---:|---:|")
    for setup in setups(asked.only):
        for name, begin in _ways(setup, asked):
            count = begin()
            told[name] = count.told()
            figures = [told[name][one] for one in ("pairs", "reads", "stale", "errors", "rate", "workers")]
            print(f"| {name} | {' | '.join(f'{one:,}' for one in figures)} |", flush=True)
            print("\n".join(sorted(set(count.errors))[:5]), file=sys.stderr)
            goals += _goals(name, count, asked)
    return conclude("freshness", goals, {"setups": told}, asked.json)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=PAIRS, help=f"changes that are read back ({PAIRS})")
    parser.add_argument("--workers", type=int, default=WORKERS, help=f"processes that serve ({WORKERS})")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one of the set-ups")
    parser.add_argument("--nginx", action="store_true", help="once more through nginx, which sends pages from disk")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep what was found")
    return parser.parse_args()


def _ways(setup: str, asked: argparse.Namespace) -> Iterator[tuple[str, Callable[[], Count]]]:
    """To the workers themselves, and by nginx where that is asked for."""
    yield setup, lambda: _counted(setup, asked)
    if asked.nginx:
        yield f"{setup}, nginx from disk", lambda: _counted(setup, asked, by_nginx=True)


def _goals(name: str, count: Count, asked: argparse.Namespace) -> list[Goal]:
    on_disk = [Goal(f"{name}: changes of stored pages", count.on_disk, round(asked.pairs * SHARE_ON_DISK))]
    return [
        *(on_disk if "nginx" in name else []),
        Goal(f"{name}: pairs", count.pairs, asked.pairs),
        Goal(f"{name}: stale answers", count.stale, 0, at_least=False),
        Goal(f"{name}: errors", len(count.errors), 0, at_least=False),
        Goal(f"{name}: workers met", len(count.workers), asked.workers),
    ]


def _counted(setup: str, asked: argparse.Namespace, *, by_nginx: bool = False) -> Count:
    front = free_port()
    with _installed(setup, front, by_nginx) as one:
        token = token_of_owner(one)
        with one.served(workers=asked.workers) as server:
            site = Site(one.base, token, workers_of(server.pid, asked.workers))
            with _before(one, site, front) if by_nginx else nullcontext(site) as site:
                texts = newest_texts(one.base, DISK_DESKS if by_nginx else DESKS)
                count = _all_desks([Desk(site, post, path) for post, path in texts], asked.pairs)
        count.errors += one.complaints()
        return count


@contextmanager
def _installed(setup: str, front: int, by_nginx: bool) -> Iterator[Installation]:
    """Stored pages lie where a restart would empty them, as they should."""
    with TemporaryDirectory(prefix="copydesk-bench-", dir="/dev/shm") as pages:
        more = settings(Path(pages), front) if by_nginx else {}
        with installation(setup, posts=200, comments=200, more=more) as one:
            yield one


@contextmanager
def _before(one: Installation, site: Site, port: int) -> Iterator[Site]:
    """The same with nginx for its readers."""
    pages = Path(one.settings["CMS_STORED_PAGES"])
    with nginx_before(one, pages, port):
        yield replace(site, front=f"http://127.0.0.1:{port}", pages=pages)


def _all_desks(desks: list[Desk], pairs: int) -> Count:
    """At once: what one publishes makes the pages of all be made again."""
    began, total = time.monotonic(), Count()
    shares = [pairs // len(desks) + (number < pairs % len(desks)) for number in range(len(desks))]
    with ThreadPoolExecutor(len(desks)) as threads:
        for count in threads.map(Desk.work, desks, shares):
            total.add(count)
    total.seconds = time.monotonic() - began
    return total


if __name__ == "__main__":
    sys.exit(main())
