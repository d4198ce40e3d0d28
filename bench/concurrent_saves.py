"""Eight editors save the same posts at once: is every text that was acknowledged still there?

    .venv/bin/python -m bench.concurrent_saves [--saves N] [--postgres URL]

Exits 1 if a text was lost, a version is missing or double, a save was built on another than the one before it, or the
server answered with an error.
"""

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from statistics import quantiles

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, joinedload

from bench.desk import Saved, Shift, work
from bench.newsroom import Newsroom, newsroom
from cms.audit.models import Event
from cms.extensions import db
from cms.posts.models import Post, Revision

SHARED_POSTS = 5


def main() -> int:
    asked = _arguments()
    with newsroom(
        postgres=asked.postgres, port=asked.port, workers=asked.workers, editors=asked.clients, shared=SHARED_POSTS
    ) as room:
        shifts = _work_at_once(room, asked.saves)
        saved = [text for shift in shifts for text in shift.saved]
        with room.app.app_context():
            lost = lost_texts(db.session(), saved)
            faults = faults_of(db.session(), len(saved)) + faults_of_log(room)
            db.session.remove()
    errors = [error for shift in shifts for error in shift.errors]
    print(table("PostgreSQL" if asked.postgres else "SQLite", shifts, len(lost), len(errors) + len(faults)))
    for line, times in Counter([*(f"lost: {one.title}" for one in lost), *errors, *faults]).most_common(30):
        print(f"{times} × {line}")
    return 1 if lost or errors or faults else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--saves", type=int, default=50, help="saves of each client (50)")
    parser.add_argument("--clients", type=int, default=8, help="client processes (8)")
    parser.add_argument("--workers", type=int, default=4, help="workers of gunicorn (4)")
    parser.add_argument("--port", type=int, default=8190, help="port on the loopback (8190)")
    parser.add_argument("--postgres", metavar="URL", help="a server where a database may be made; else SQLite")
    return parser.parse_args()


def _work_at_once(room: Newsroom, saves: int) -> list[Shift]:
    """One process for each editor, so that none waits for another's interpreter."""
    with ProcessPoolExecutor(len(room.editors), mp_context=get_context("spawn")) as clients:
        started = [
            clients.submit(work, room.url, editor, number, saves) for number, editor in enumerate(room.editors, 1)
        ]
        return [one.result() for one in started]


def lost_texts(session: Session, saved: list[Saved]) -> list[Saved]:
    """Acknowledged texts that no revision holds as its writer sent them."""
    revisions = session.scalars(select(Revision).where(Revision.taken).options(joinedload(Revision.author)))
    kept = {
        (one.post_id, one.author.email, one.snapshot["title"], one.snapshot["body"].strip())
        for one in revisions
        if one.author
    }
    return [text for text in saved if (text.post, text.email, text.title, text.body) not in kept]


def faults_of(session: Session, acknowledged: int) -> list[str]:
    """What the database says that it must not, in sentences."""
    faults = []
    saves = 0
    for post in session.scalars(select(Post).order_by(Post.id)):
        every = session.scalars(select(Revision).where(Revision.post_id == post.id).order_by(Revision.number)).all()
        taken = [one for one in every if one.taken]
        saves += len(taken) - 1
        if [one.number for one in every] != list(range(1, len(every) + 1)):
            faults.append(f"post {post.id}: version numbers are missing or double")
        if post.version != taken[-1].number or post.body != taken[-1].snapshot["body"]:
            faults.append(f"post {post.id}: the working text is not its newest version")
        if any(later.base_number != earlier.number for earlier, later in pairwise(taken)):
            faults.append(f"post {post.id}: a save was built on another version than the one before it")
    if saves < acknowledged:
        faults.append(f"{acknowledged} saves were acknowledged, {saves} are there")
    events = session.scalar(select(func.count()).select_from(Event).where(Event.verb == "post.save"))
    if events != saves:
        faults.append(f"{saves} saves left {events} events")
    return faults + _broken_pages(session)


def _broken_pages(session: Session) -> list[str]:
    """What SQLite finds wrong with its own file; PostgreSQL has no such question."""
    if session.get_bind().dialect.name != "sqlite":
        return []
    answers = [str(row[0]) for row in session.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
    return answers + [f"foreign key: {tuple(row)}" for row in session.execute(text("PRAGMA foreign_key_check"))]


def faults_of_log(room: Newsroom) -> list[str]:
    """An error that no client saw is one all the same."""
    lines = room.log.read_text(errors="replace").splitlines()
    return [f"server: {line}" for line in lines if " ERROR " in line or "unavailable:" in line or "[CRITICAL]" in line]


def table(name: str, shifts: list[Shift], lost: int, errors: int) -> str:
    """The figures of one run under their heading."""
    saved = sum(len(shift.saved) for shift in shifts)
    times = [seconds for shift in shifts for seconds in shift.seconds]
    wall = max(shift.ended for shift in shifts) - min(shift.began for shift in shifts)
    cuts = quantiles(times, n=100) if len(times) > 1 else [0.0] * 99
    cells = (
        name,
        len(shifts),
        saved,
        sum(shift.conflicts for shift in shifts),
        f"{saved / wall:.1f}",
        f"{cuts[49] * 1000:.0f}",
        f"{cuts[98] * 1000:.0f}",
        lost,
        errors,
    )
    head = "| database | clients | saves | conflicts | saves/s | p50 ms | p99 ms | lost | errors |"
    rule = "|---" * len(cells) + "|"
    return "\n".join((head, rule, "| " + " | ".join(str(cell) for cell in cells) + " |"))


if __name__ == "__main__":
    sys.exit(main())
