"""Is a change in the very next answer, whichever worker gives it?

    .venv/bin/python -m bench.freshness [--pairs N] [--workers N] [--only sqlite|postgresql] [--nginx] [--json FILE]

A program changes a published post by the API and reads its public page right after, over other connections: once, and
then once more from what the first has kept. Exits 1 where one answer is old, is an error, or a worker was never met.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.changing import Writer, ask, token_of_owner
from bench.from_disk import nginx_before, settings
from bench.installation import Installation, installation, setups
from bench.programs import cpu_seconds_of, tree_of
from bench.publisher import newest_texts
from bench.results import Goal, conclude
from deploy.front import free_port

PAIRS, WORKERS, DESKS, READS = 10_000, 4, 4, 2
#: By nginx there is one desk, so that pages are on disk when they change; so many of them have to be.
DISK_DESKS, SHARE_ON_DISK = 1, 0.2
#: Of all that the workers computed: whoever has less was not met.
SHARE_OF_A_WORKER = 0.02


@dataclass
class Count:
    """Of all desks; `pairs` are changes that were acknowledged and then read, `on_disk` those of stored pages."""

    pairs: int = 0
    on_disk: int = 0
    reads: int = 0
    stale: int = 0
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0
    workers: int = 0


@dataclass(frozen=True)
class Place:
    """Where readers ask, and where pages are stored."""

    base: str
    pages: Path | None = None

    def is_on_disk(self, path: str) -> bool:
        return self.pages is not None and (self.pages / "current" / path.lstrip("/") / "index.html").exists()


def main() -> int:
    asked = _arguments()
    goals: list[Goal] = []
    told: dict[str, Any] = {}
    print("| set-up | pairs | reads | stale | errors | pairs/s | workers met |\n|---|---:|---:|---:|---:|---:|---:|")
    for setup in setups(asked.only):
        for name, begin in _ways(setup, asked):
            count = begin()
            rate = count.pairs / count.seconds
            figures = (count.pairs, count.reads, count.stale, len(count.errors), round(rate, 1), count.workers)
            print(f"| {name} | {' | '.join(f'{one:,}' for one in figures)} |", flush=True)
            print("\n".join(sorted(set(count.errors))[:5]), file=sys.stderr)
            goals += _goals(name, count, asked)
            told[name] = {**asdict(count), "errors": len(count.errors), "rate": round(rate, 1)}
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
        Goal(f"{name}: workers met", count.workers, asked.workers),
    ]


def _counted(setup: str, asked: argparse.Namespace, *, by_nginx: bool = False) -> Count:
    front = free_port()
    with _installed(setup, front, by_nginx) as one:
        token = token_of_owner(one)
        with one.served(workers=asked.workers) as server:
            workers = [pid for pid in tree_of(server.pid) if pid != server.pid]
            before = [cpu_seconds_of(pid) for pid in workers]
            with _front(one, front, by_nginx) as public:
                texts = newest_texts(one.base, DISK_DESKS if by_nginx else DESKS)
                count = _all_desks(Writer(one.base, token), public, texts, asked.pairs)
            spent = [cpu_seconds_of(pid) - was for pid, was in zip(workers, before, strict=True)]
            count.workers = sum(one > sum(spent) * SHARE_OF_A_WORKER for one in spent)
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
def _front(one: Installation, port: int, by_nginx: bool) -> Iterator[Place]:
    if not by_nginx:
        yield Place(one.base)
        return
    pages = Path(one.settings["CMS_STORED_PAGES"])
    with nginx_before(one, pages, port):
        yield Place(f"http://127.0.0.1:{port}", pages)


def _all_desks(writer: Writer, public: Place, texts: list[tuple[int, str]], pairs: int) -> Count:
    """At once, each with a post of its own: what one publishes makes the pages of all be made again."""
    began = time.monotonic()
    with ThreadPoolExecutor(len(texts)) as desks:
        shares = [pairs // len(texts) + (number < pairs % len(texts)) for number in range(len(texts))]
        work = [
            desks.submit(_desk, writer, public, post, path, share)
            for (post, path), share in zip(texts, shares, strict=True)
        ]
        counts = [one.result() for one in work]
    total = Count(seconds=time.monotonic() - began)
    for count in counts:
        total.pairs, total.reads = total.pairs + count.pairs, total.reads + count.reads
        total.on_disk += count.on_disk
        total.stale, total.errors = total.stale + count.stale, total.errors + count.errors
    return total


def _desk(writer: Writer, public: Place, post: int, path: str, pairs: int) -> Count:
    count = Count()
    for number in range(pairs):
        title = f"Change {number} of post {post}"
        was_on_disk = public.is_on_disk(path)
        try:
            statuses = writer.publish(post, title)
            if statuses != [200, 200]:
                count.errors.append(f"{statuses} on publishing")
                continue
            count.on_disk += was_on_disk
            _read(count, public, path, title)
        except OSError as error:
            count.errors.append(f"{type(error).__name__}: {error}")
    return count


def _read(count: Count, public: Place, path: str, title: str) -> None:
    """The title stands in a heading of the page, and ends there: change 1 is not change 10."""
    count.pairs += 1
    for _ in range(READS):
        answer = ask(public.base, path)
        count.reads += 1
        if answer.status != 200:
            count.errors.append(f"{answer.status} on reading")
        elif f">{title}<".encode() not in answer.body:
            count.stale += 1


if __name__ == "__main__":
    sys.exit(main())
