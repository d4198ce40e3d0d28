"""How long does a reader's search take among a hundred thousand posts?

    .venv/bin/python -m bench.searching [--posts N] [--only sqlite|postgresql] [--postgres URL] [--keep DIR] [--cpu]

Prints the median of each kind of question, and how many of 200 mistyped titles are found among the first five. Exits 1
where a median is above 50 ms, more than six queries are asked, or fewer than nine of ten are found.
"""

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.databases import database, databases, kept_database
from bench.stopwatch import Clock, Taken, measure
from cms import create_app
from cms.extensions import db
from cms.posts import finding
from cms.posts.finding import Asked
from cms.posts.models import Edition, PostKind
from cms.posts.queries import is_live
from cms.web import now
from tests.browser import Browser
from tests.search.mistakes import MISTAKES

ROOT = Path(__file__).parents[1]
MOST_MS, MOST_QUERIES, QUESTIONS, MOST_MISSED, TIMES = 50, 6, 200, 20, 9
#: What is asked, by kind; the words are those of `seed`.
PAGES = {
    "word in most titles": "/search?q=the",
    "frequent word": "/search?q=harbour",
    "rare word": "/search?q=chandlery",
    "beginning": "/search?q=lig",
    "three words": "/search?q=lighthouse+in+winter",
    "phrase": "/search?q=%22on+the+north+quay%22",
    "mistyped word": "/search?q=lighthuose",
    "mistyped words": "/search?q=lighthuose+breakwatr",
    "nothing": "/search?q=zyzzyva",
    "tag": "/search?q=harbour&tag=harbour",
    "rare tag": "/search?q=harbour&tag=volunteering",
    "author": "/search?q=harbour&author=author",
    "tag and author, mistyped": "/search?q=habrour&tag=harbour&author=author",
    "last page": "/search?q=harbour&after=190",
    "suggestions": "/search/suggest?q=lighth",
    "suggestions, two letters": "/search/suggest?q=th",
    "suggestions, mistyped": "/search/suggest?q=lighthuose",
}


def main() -> int:
    asked = _arguments()
    faults = 0
    with ExitStack() as stack:
        for name, postgres in databases(asked, stack):
            print(f"\n## {name}, {asked.posts:,} posts\n", flush=True)
            with _site(postgres, asked.posts, asked.keep) as app:
                clock = time.process_time if asked.cpu else time.perf_counter
                faults += _time(app, clock) + _mistype(app, clock)
    return 1 if faults else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one of the databases")
    parser.add_argument("--postgres", metavar="URL", help="a server where a database may be made; else one is started")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="fill the sites once, and use them again next time")
    parser.add_argument("--cpu", action="store_true", help="tell the processor's time; that of a server is not in it")
    return parser.parse_args()


@contextmanager
def _site(postgres: str | None, posts: int, keep: Path | None) -> Iterator[Flask]:
    with ExitStack() as stack:
        if keep is not None:
            folder = keep / f"{'postgresql' if postgres else 'sqlite'}_{posts}_searched"
            folder.mkdir(parents=True, exist_ok=True)
            address = kept_database(postgres, folder)
        else:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="copydesk-bench-")))
            address = stack.enter_context(database(postgres, str(folder)))
        os.environ.update(CMS_ENV="development", CMS_LIMITS="off", CMS_INSTANCE=str(folder), CMS_DATABASE_URL=address)
        if not (folder / "filled").exists():
            _seed(posts)
            (folder / "filled").touch()
        app = create_app("development")
        yield app
        with app.app_context():
            db.engine.dispose()


def _seed(posts: int) -> None:
    command = [sys.executable, "manage.py", "seed", "--posts", str(posts)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "CMS_NO_VENV": "1"}, stdout=subprocess.DEVNULL, check=True)


def _time(app: Flask, clock: Clock) -> int:
    """The table; returns how many kinds take too long."""
    with app.app_context():
        engine = db.engine
        _look_around()
    print("| question | ms | queries | |\n|---|---:|---:|---|")
    slow = 0
    for kind, url in PAGES.items():
        taken = measure(engine, Browser(app), url, TIMES, clock)
        fault = _fault(taken)
        print(f"| {kind} | {taken.seconds * 1000:.0f} | {taken.queries} | {fault} |", flush=True)
        slow += bool(fault)
    return slow


def _fault(taken: Taken) -> str:
    if taken.status != 200:
        return f"status {taken.status}"
    if taken.queries > MOST_QUERIES:
        return "many queries"
    return "slow" if taken.seconds * 1000 > MOST_MS else ""


def _look_around() -> None:
    """What PostgreSQL does by itself within a minute of so many new rows."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _mistype(app: Flask, clock: Clock) -> int:
    """Titles with one mistake in one of their longer words: 1 where too few are found."""
    chance, taken, missed = random.Random(1805), [], 0
    with app.app_context(), Session(db.engine) as session:
        live = select(Edition.id).where(is_live(now()), Edition.kind == PostKind.POST)
        ids = chance.sample(list(session.scalars(live)), QUESTIONS)
        for number, (row_id, title) in enumerate(
            session.execute(select(Edition.id, Edition.title).where(Edition.id.in_(ids))).all()
        ):
            kind = sorted(MISTAKES)[number % len(MISTAKES)]
            began = clock()
            found = finding.find(session, Asked(_mistyped(title, kind, chance)), now())
            taken.append(clock() - began)
            missed += row_id not in found.ids[:5]
    times = f"median {median(taken) * 1000:.0f} ms, longest {max(taken) * 1000:.0f} ms"
    print(f"\n{QUESTIONS - missed} of {QUESTIONS} mistyped titles found among the first five; {times}.")
    return int(missed > MOST_MISSED or median(taken) * 1000 > MOST_MS)


def _mistyped(title: str, kind: str, chance: random.Random) -> str:
    words = re.findall(r"\w+", title)
    spoilt = chance.choice([at for at, word in enumerate(words) if len(word) >= 5])
    words[spoilt] = MISTAKES[kind](words[spoilt], chance)
    return " ".join(words)


if __name__ == "__main__":
    sys.exit(main())
