"""Is the database as before, row for row, after a bulk over 10,000 posts and its undoing?

    .venv/bin/python -m bench.bulk_undo [--rows N] [--only sqlite|postgresql] [--postgres URL]

Exits 1 where a row differs. What grows on purpose (the record, its batches, versions of a text) and the stamps of the
last change are left out, as `tests/undo/snapshots.py` declares; nothing else is.
"""

import argparse
import re
import resource
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.full_site import Site, full_site
from cms.accounts.models import User
from cms.audit.models import Batch
from cms.extensions import db
from tests.services.keeper import keeper, shared_server
from tests.undo.snapshots import Rows, differences, snapshot

ROWS = 10_000
LIST = "/admin/posts/"
AUTHOR = "author@example.com"
#: They tell when somebody was last seen, and whoever asks is.
SEEN = {"users", "user_sessions"}


@dataclass(frozen=True)
class Walk:
    """What one bulk and its undoing took; `rows` is how many it changed and how many of them came back."""

    action: str
    rows: tuple[int, int]
    seconds: tuple[float, float]
    differing: list[str]

    def line(self) -> str:
        pairs = zip(self.rows, self.seconds, strict=True)
        there, back = (f"{seconds:.0f} | {rows / seconds:.0f}" for rows, seconds in pairs)
        return f"| {self.action} | {self.rows[0]:,} | {there} | {back} | {peak_megabytes():.0f} | {self.verdict()} |"

    def verdict(self) -> str:
        if self.rows[0] != self.rows[1]:
            return f"{self.rows[0] - self.rows[1]:,} did not come back"
        return f"{len(self.differing):,} rows differ" if self.differing else "as before"


def main() -> int:
    asked = _arguments()
    faults = 0
    with ExitStack() as stack:
        if asked.only != "postgresql":
            faults += _measured("SQLite", None, asked.rows)
        if asked.only != "sqlite":
            if not asked.postgres:
                stack.enter_context(keeper())
            faults += _measured("PostgreSQL", asked.postgres or shared_server("postgres").url, asked.rows)
    print(f"\n{faults} faults" if faults else "\nEvery row is as it was.")
    return 1 if faults else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=ROWS, help=f"posts of the site ({ROWS})")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one of the databases")
    parser.add_argument("--postgres", metavar="URL", help="a server where a database may be made; else one is started")
    return parser.parse_args()


def _measured(name: str, postgres: str | None, rows: int) -> int:
    print(f"\n## {name}, {rows:,} posts\n")
    print("| bulk | rows | seconds | rows/s | undo seconds | rows/s | peak MB | |")
    print("|---|---:|---:|---:|---:|---:|---:|---|", flush=True)
    faults = 0
    with full_site(postgres, rows) as site:
        author = str(_in_session(site, lambda session: session.scalar(select(User.id).where(User.email == AUTHOR))))
        for action, parameter in (("add_tag", {"tag": "Bulk"}), ("author", {"author": author}), ("trash", {})):
            walk = _there_and_back(site, action, parameter)
            print(walk.line(), flush=True)
            for row in walk.differing[:5]:
                print(f"    {row:.300}", flush=True)
            faults += walk.verdict() != "as before"
    return faults


def _there_and_back(site: Site, action: str, parameter: dict[str, str]) -> Walk:
    """Through the list, as a person would: look at everything that matches, run it chunk by chunk, undo all."""
    before = _rows_of(site)
    began = time.monotonic()
    form = {"action": action, "everything": "1", "query": "", "confirmed": "1", "url": LIST} | parameter
    place = _go(site, f"{LIST}action/", form)
    _run_to_its_end(site, place)
    done = time.monotonic()
    batch = int(re.search(r"/bulk/(\d+)/", place)[1])  # type: ignore[index]
    _run_to_its_end(site, _go(site, f"/admin/activity/batches/{batch}/undo", {"url": LIST}))
    undone = time.monotonic()
    changed = _in_session(site, lambda session: session.get_one(Batch, batch).done)
    back = _in_session(site, lambda session: session.scalars(select(Batch.done).order_by(Batch.id.desc())).first())
    seconds = (done - began, undone - done)
    return Walk(action, (changed, back or 0), seconds, differences(before, _rows_of(site)))


def _rows_of(site: Site) -> Rows:
    rows: Rows = _in_session(site, snapshot)
    return {table: found for table, found in rows.items() if table not in SEEN}


def _run_to_its_end(site: Site, place: str) -> None:
    """Every chunk is a request; the page says when there are no more, and a list that it is over already."""
    while "/bulk/" in place or "/batches/" in place:
        page = site.owner.get(place).text
        if "data-running" not in page and "Change nothing" not in page:
            return
        place = _go(site, f"{place}run/", {})


def _go(site: Site, address: str, form: dict[str, str]) -> str:
    answer = site.owner.post(address, form)
    if answer.status_code != 303 or answer.location is None:
        raise RuntimeError(f"{address} answered {answer.status_code}:\n{answer.text[:2000]}")
    return str(answer.location)


def _in_session(site: Site, ask: Callable[[Session], Any]) -> Any:
    with site.app.app_context(), Session(db.engine) as session:
        return ask(session)


def peak_megabytes() -> float:
    """Of this process so far, the rows that are compared included."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
