"""How much longer is an answer of the API on its way than its query and its serialisation take?

    .venv/bin/python -m bench.api [--times N] [--only sqlite|postgresql] [--json FILE]

All happens in this process, in turns: the application as a server would call it, limits and headers included, the same
under a name of the machine that nothing is kept for, and the same query with the same schema and nothing around them.
Exits 1 where the median of the first is above 1.5 times the last; what it takes to make an answer anew is told beside.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session, defer
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from bench.changing import application
from bench.installation import installation, setups
from bench.results import Goal, conclude
from bench.site_pages import OTHER_NAME
from cms.api.text_shapes import LONG, TextShape
from cms.api.texts import LOADED, PUBLISHED_LAST
from cms.extensions import db
from cms.posts import public, queries
from cms.posts.models import Edition, PostKind
from cms.web import now

TIMES, POSTS, LISTED = 300, 2_000, 20
MOST = 1.5
Read = Callable[[Session], Any]


@dataclass(frozen=True)
class Medians:
    """In milliseconds: as it is served, made anew, and the query with the schema alone."""

    served: float
    anew: float
    bare: float

    @property
    def ratio(self) -> float:
        return self.served / self.bare


def main() -> int:
    asked = _arguments()
    goals: list[Goal] = []
    told: dict[str, Any] = {}
    for name in setups(asked.only):
        with installation(name, posts=POSTS, comments=POSTS) as one, application(one) as app:
            found = _measured(app, one.base, asked.times)
        print(f"\n## {name}\n\n{table(found)}", flush=True)
        goals += [
            Goal(f"{name}: {what}, as served ÷ query and dump", medians.ratio, MOST, at_least=False)
            for what, medians in found.items()
        ]
        told[name] = {what: asdict(medians) for what, medians in found.items()}
    return conclude("api", goals, {"setups": told}, asked.json)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=TIMES, help=f"behind each median ({TIMES})")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one of the set-ups")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep what was found")
    return parser.parse_args()


def _measured(app: Flask, base: str, times: int) -> dict[str, Medians]:
    post = _newest(db.engine)
    asked: dict[str, tuple[str, Read]] = {
        f"list of {LISTED}": (f"/api/v1/posts?limit={LISTED}", _list),
        "one post with its text": (f"/api/v1/posts/{post}", lambda session: _one(session, post)),
    }
    other = base.replace("127.0.0.1", OTHER_NAME)
    return {
        what: _medians(_caller(app, base, path, is_kept=True), _caller(app, other, path), _bare(app, read), times)
        for what, (path, read) in asked.items()
    }


def _medians(served: Callable[[], bytes], anew: Callable[[], bytes], bare: Callable[[], bytes], times: int) -> Medians:
    """In turns, after each was warmed up; they have to say the same, or about so."""
    said, meant = served(), bare()
    if said != anew() or not 0.9 < len(said) / len(meant) < 1.1:
        raise RuntimeError(f"The API says {said[:500]!r}, the query {meant[:500]!r}.")
    taken = [(_seconds(served), _seconds(anew), _seconds(bare)) for _ in range(times)]
    return Medians(*(median(column) * 1000 for column in zip(*taken, strict=True)))


def _seconds(act: Callable[[], bytes]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _caller(app: Flask, base: str, path: str, *, is_kept: bool = False) -> Callable[[], bytes]:
    """Each time from another address, so that limits count and nobody reaches one."""
    environ, callers = EnvironBuilder(path, base_url=base).get_environ(), count()
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], *_more: Any) -> Callable[[bytes], object]:
        begun.append((status, headers))
        return lambda _written: None

    def call() -> bytes:
        number = next(callers)
        one = environ | {"REMOTE_ADDR": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
        answer: Iterable[bytes] = app.wsgi_app(one, start)
        body = b"".join(answer)
        status, headers = begun.pop()
        if status != "200 OK" or ("X-Request-Id" in Headers(headers)) is is_kept:  # which names a request to Flask
            raise RuntimeError(f"{path} answered {status}, where a {'kept' if is_kept else 'new'} answer was due.")
        return body

    return call


def _bare(app: Flask, read: Read) -> Callable[[], bytes]:
    """Addresses are made with the application at hand, which is there before the clock runs."""

    def act() -> bytes:
        with Session(db.engine) as session:
            return app.json.dumps(read(session)).encode()

    return act


def _list(session: Session) -> Any:
    wanted = queries.live_editions(now()).where(Edition.kind == PostKind.POST)
    wanted = wanted.options(*LOADED, defer(Edition.body_html, raiseload=True))
    found = session.scalars(wanted.order_by(*PUBLISHED_LAST.terms()).limit(LISTED + 1)).all()
    return {"items": LISTED_SHAPE.dump(found[:LISTED], many=True)}


def _one(session: Session, post: int) -> Any:
    return WHOLE_SHAPE.dump(public.page_of_post(session, post, now()))


LISTED_SHAPE, WHOLE_SHAPE = TextShape(exclude=[name for name in LONG if name in TextShape().fields]), TextShape()


def _newest(engine: Engine) -> int:
    with Session(engine) as session:
        return session.scalars(queries.live_editions(now()).where(Edition.kind == PostKind.POST).limit(1)).one().post_id


def table(found: dict[str, Medians]) -> str:
    """Markdown."""
    lines = [
        "| what is read | as served, ms | made anew, ms | query and dump, ms | ratio | ratio anew |",
        "|---|" + "---:|" * 5,
    ]
    lines += [
        f"| {what} | {medians.served:.3f} | {medians.anew:.2f} | {medians.bare:.2f} | {medians.ratio:.2f} |"
        f" {medians.anew / medians.bare:.2f} |"
        for what, medians in found.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
