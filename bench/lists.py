"""Does a list of a million rows open like a list of a thousand?

    .venv/bin/python -m bench.lists [--rows N] [--only sqlite|postgresql] [--postgres URL] [--keep DIR] [--explain]

Exits 1 where a request takes more than twice as long on the large site (four times for a word that is everywhere), or
asks more questions there or more than its bound (ten for a list), and where an export needs much memory or keeps its
reader waiting.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

from bench.databases import databases
from bench.exporting import Export, export
from bench.full_site import Site, full_site
from bench.list_requests import GROWING, Request, requests
from bench.stopwatch import Taken, measure, slowest_statement
from cms.extensions import db

SMALL = 1_000
TIMES = 15
MOST_TIMES_SLOWER, FREQUENT_TIMES_SLOWER = 2, 4
EXPORTED, EXPORT_MEGABYTES, EXPORT_FIRST_BYTE = 200_000, 30, 0.5


@dataclass(frozen=True)
class Line:
    """A request at both sizes."""

    request: Request
    small: Taken
    large: Taken

    @property
    def ratio(self) -> float:
        return self.large.seconds / self.small.seconds

    def faults(self) -> list[str]:
        """What it breaks, in a word or two each."""
        bound = FREQUENT_TIMES_SLOWER if self.request.is_frequent_search else MOST_TIMES_SLOWER
        small, large = self.small, self.large
        said = {
            "slower": self.ratio > bound,
            "more queries": large.queries > small.queries,
            "many queries": large.queries > self.request.most_queries,
            f"status {large.status}": large.status != 200,
        }
        return [fault for fault, holds in said.items() if holds]


def main() -> int:
    asked = _arguments()
    faults = 0
    with ExitStack() as stack:
        for name, postgres in databases(asked, stack):
            faults += _compare(name, postgres, asked)
    print(f"\n{faults} faults" if faults else "\nEvery promise is kept.")
    return 1 if faults else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000, help="posts, comments and files of the large site")
    parser.add_argument("--times", type=int, default=TIMES, help=f"requests behind each median ({TIMES})")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one of the databases")
    parser.add_argument("--postgres", metavar="URL", help="a server where a database may be made; else one is started")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="fill the sites once, and use them again next time")
    parser.add_argument("--area", action="append", help="only this one, such as posts; may be given several times")
    parser.add_argument("--cpu", action="store_true", help="tell the processor's time; that of a server is not in it")
    parser.add_argument("--explain", action="store_true", help="show the slowest statement of each fault and its plan")
    return parser.parse_args()


def _compare(name: str, postgres: str | None, asked: argparse.Namespace) -> int:
    """Prints the tables of one database; returns how many faults there are."""
    print(f"\n## {name}, {asked.rows:,} rows against {SMALL:,}\n", flush=True)
    with full_site(postgres, SMALL, asked.keep) as site:
        small = {(one.area, one.label): taken for one, taken in _measured(site, asked)}
    with full_site(postgres, asked.rows, asked.keep) as site:
        lines = list(_told(Line(one, small[one.area, one.label], taken) for one, taken in _measured(site, asked)))
        if asked.explain:
            _explain(site, lines)
        exports = {} if asked.area else {area: export(area, EXPORTED) for area in GROWING}
        print("\n".join(_export_table(exports)), flush=True)
    return sum(bool(line.faults()) for line in lines) + sum(bool(_export_faults(one)) for one in exports.values())


def _measured(site: Site, asked: argparse.Namespace) -> Iterator[tuple[Request, Taken]]:
    with site.app.app_context():
        engine = db.engine
    for one in requests(site.app, site.owner):
        if not asked.area or one.area in asked.area:
            yield one, measure(engine, site.owner, one.url, asked.times, process_time if asked.cpu else perf_counter)


def _told(lines: Iterable[Line]) -> Iterator[Line]:
    """Each with its row of the table, as soon as it is measured."""
    print("| list | request | small ms | large ms | ratio | queries | |")
    print("|---|---|---:|---:|---:|---:|---|")
    for line in lines:
        small, large = line.small, line.large
        queries = str(large.queries) if small.queries == large.queries else f"{small.queries} → {large.queries}"
        times = f"{small.seconds * 1000:.0f} | {large.seconds * 1000:.0f} | {line.ratio:.1f}"
        asked, faults = f"{line.request.area} | {line.request.label}", ", ".join(line.faults())
        print(f"| {asked} | {times} | {queries} | {faults} |", flush=True)
        yield line


def _explain(site: Site, lines: list[Line]) -> None:
    with site.app.app_context():
        engine = db.engine
    for line in lines:
        if line.faults():
            print(f"\n{line.request.area}, {line.request.label}: {line.request.url}")
            print(f"  {slowest_statement(engine, site.owner, line.request.url)}", flush=True)


def _export_table(exports: dict[str, Export]) -> Iterator[str]:
    yield "\n| export | rows | first byte s | whole s | memory MB | |"
    yield "|---|---:|---:|---:|---:|---|"
    for area, one in exports.items():
        figures = f"{one.rows:,} | {one.first_byte:.2f} | {one.seconds:.0f} | {one.megabytes:.0f}"
        yield f"| {area} | {figures} | {', '.join(_export_faults(one))} |"


def _export_faults(one: Export) -> list[str]:
    faults = {"memory": one.megabytes > EXPORT_MEGABYTES, "first byte": one.first_byte > EXPORT_FIRST_BYTE}
    return [fault for fault, holds in faults.items() if holds]


if __name__ == "__main__":
    sys.exit(main())
