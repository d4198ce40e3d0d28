"""Does a page of a site with a million posts take as long to make as one of a thousand?

    .venv/bin/python -m bench.sizes [--big N] [--times N] [--only sqlite|postgresql] [--keep DIR] [--cpu] [--json FILE]

Nothing is kept, so every request makes its page. Exits 1 where the median of a kind takes more than 1.5 times as long
on the large site, or a page asks more than six questions.
"""

import argparse
import os
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from bench.databases import databases
from bench.full_site import full_site
from bench.results import Goal, conclude
from bench.stopwatch import Clock, measure
from cms.extensions import db
from cms.posts.models import Edition, PostKind
from cms.posts.queries import is_live
from tests.browser import Browser

SMALL, BIG, TIMES, SAMPLES = 1_000, 1_000_000, 5, 12
MOST_TIMES_SLOWER, MOST_QUERIES = 1.5, 6
#: Of `seed`: one that very many posts have, one of some, and a rare one.
TAGS = ("harbour", "weather", "volunteering")


@dataclass
class Kind:
    """Milliseconds of one kind of page at both sizes, small first."""

    milliseconds: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))
    queries: int = 0

    def medians(self) -> tuple[float, float]:
        small, large = self.milliseconds
        return median(small), median(large)

    @property
    def ratio(self) -> float:
        small, large = self.medians()
        return large / small


def main() -> int:
    asked = _arguments()
    os.environ["CMS_KEEP_PAGES"] = "off"
    goals: list[Goal] = []
    told: dict[str, Any] = {}
    with ExitStack() as stack:
        for name, postgres in databases(asked, stack):
            kinds = _compare(postgres, asked)
            print(f"\n## {name}, {asked.big:,} posts against {SMALL:,}\n\n{table(kinds)}", flush=True)
            for kind, found in kinds.items():
                goals.append(Goal(f"{name}: {kind}, large ÷ small", found.ratio, MOST_TIMES_SLOWER, at_least=False))
            most = max(found.queries for found in kinds.values())
            goals.append(Goal(f"{name}: questions of a page", most, MOST_QUERIES, at_least=False))
            told[name] = {kind: one.medians() for kind, one in kinds.items()}
    return conclude("sizes", goals, {"small": SMALL, "big": asked.big, "databases": told}, asked.json)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--big", type=int, default=BIG, help=f"posts of the large site ({BIG:,})")
    parser.add_argument("--times", type=int, default=TIMES, help=f"requests to each address ({TIMES})")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one of the databases")
    parser.add_argument("--postgres", metavar="URL", help="a server where a database may be made; else one is started")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="fill the sites once, and use them again next time")
    parser.add_argument("--cpu", action="store_true", help="tell the processor's time; that of a server is not in it")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep what was found")
    return parser.parse_args()


def _compare(postgres: str | None, asked: argparse.Namespace) -> dict[str, Kind]:
    """Both sites at once, asked in turns."""
    kinds: dict[str, Kind] = {}
    clock = process_time if asked.cpu else perf_counter
    with full_site(postgres, SMALL, asked.keep) as small, full_site(postgres, asked.big, asked.keep) as large:
        sites = [_Reader(site.app, clock, asked.times) for site in (small, large)]
        for kind, pairs in _addresses(sites[0], sites[1]).items():
            found = kinds.setdefault(kind, Kind())
            for pair in pairs:
                for reader, address, milliseconds in zip(sites, pair, found.milliseconds, strict=True):
                    took, queries = reader.ask(address)
                    milliseconds.append(took)
                    found.queries = max(found.queries, queries)
    return kinds


class _Reader:
    """Somebody without a name at one of the sites."""

    def __init__(self, app: Flask, clock: Clock, times: int) -> None:
        self.browser, self._clock, self._times = Browser(app), clock, times
        with app.app_context():
            self.engine: Engine = db.engine

    def ask(self, address: str) -> tuple[float, int]:
        """The median of some requests in milliseconds, and how many questions one asked; raises where it is no page."""
        taken = measure(self.engine, self.browser, address, self._times, self._clock)
        if taken.status != 200:
            raise RuntimeError(f"{address} answered {taken.status}.")
        return taken.seconds * 1000, taken.queries

    def posts(self) -> list[Edition]:
        """Spread over all there are."""
        with Session(self.engine) as session:
            live = (Edition.kind == PostKind.POST, is_live(datetime.now(UTC)))
            first, last = session.execute(select(func.min(Edition.id), func.max(Edition.id)).where(*live)).one()
            step = max(1, (last - first) // SAMPLES)
            each = (
                select(Edition).where(*live, Edition.id >= least).order_by(Edition.id).limit(1)
                for least in range(first, last, step)
            )
            return [post for query in each if (post := session.scalar(query)) is not None][:SAMPLES]


def _addresses(small: _Reader, large: _Reader) -> dict[str, list[tuple[str, str]]]:
    """By kind: an address of the small site, and its like on the large one."""
    posts = list(zip(small.posts(), large.posts(), strict=True))
    return {
        "home": [("/", "/")] * SAMPLES,
        "all posts": [("/posts", "/posts")] * SAMPLES,
        "post": [(one.path, other.path) for one, other in posts],
        "tag": [(f"/tags/{slug}", f"/tags/{slug}") for slug in TAGS] * (SAMPLES // len(TAGS)),
        "archive": [(_month(one), _month(other)) for one, other in posts],
    }


def _month(post: Edition) -> str:
    return f"/archive/{post.published_at:%Y/%m}"


def table(kinds: dict[str, Kind]) -> str:
    """Markdown."""
    lines = ["| page | small ms | large ms | ratio | queries |", "|---|---:|---:|---:|---:|"]
    for kind, found in kinds.items():
        small, large = found.medians()
        lines.append(f"| {kind} | {small:.1f} | {large:.1f} | {found.ratio:.2f} | {found.queries} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
