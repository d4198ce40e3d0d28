"""How much longer is an answer of the API on its way than its query and its serialisation take?

    .venv/bin/python -m bench.api [--times N] [--only sqlite|postgresql] [--json FILE]

Both happen in this process, in turns: the application as a server would call it, limits and headers included, and the
same query with the same schema and nothing around them. Exits 1 where the median of the first is above 1.5 times the
other.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session, defer
from werkzeug.test import EnvironBuilder

from bench.changing import application
from bench.installation import installation, setups
from bench.results import Goal, conclude
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
class Pair:
    """Milliseconds, by the median."""

    api: float
    bare: float

    @property
    def ratio(self) -> float:
        return self.api / self.bare


def main() -> int:
    asked = _arguments()
    goals: list[Goal] = []
    told: dict[str, Any] = {}
    for name in setups(asked.only):
        with installation(name, posts=POSTS, comments=POSTS) as one, application(one) as app:
            pairs = _measured(app, one.base, asked.times)
        print(f"\n## {name}\n\n{table(pairs)}", flush=True)
        goals += [
            Goal(f"{name}: {what} ÷ query and dump", pair.ratio, MOST, at_least=False) for what, pair in pairs.items()
        ]
        told[name] = {what: {"api": pair.api, "bare": pair.bare} for what, pair in pairs.items()}
    return conclude("api", goals, {"setups": told}, asked.json)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=TIMES, help=f"behind each median ({TIMES})")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one of the set-ups")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep what was found")
    return parser.parse_args()


def _measured(app: Flask, base: str, times: int) -> dict[str, Pair]:
    post = _newest(db.engine)
    asked: dict[str, tuple[str, Read]] = {
        f"list of {LISTED}": (f"/api/v1/posts?limit={LISTED}", _list),
        "one post with its text": (f"/api/v1/posts/{post}", lambda session: _one(session, post)),
    }
    return {what: _pair(_caller(app, base, path), _bare(app, read), times) for what, (path, read) in asked.items()}


def _pair(api: Callable[[], bytes], bare: Callable[[], bytes], times: int) -> Pair:
    """In turns, after each was warmed up; both have to say about the same."""
    said, meant = api(), bare()
    if not 0.9 < len(said) / len(meant) < 1.1:
        raise RuntimeError(f"The API says {said[:500]!r}, the query {meant[:500]!r}.")
    taken = [(_seconds(api), _seconds(bare)) for _ in range(times)]
    return Pair(*(median(column) * 1000 for column in zip(*taken, strict=True)))


def _seconds(act: Callable[[], bytes]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _caller(app: Flask, base: str, path: str) -> Callable[[], bytes]:
    """Each time from another address, so that limits count and nobody reaches one."""
    environ, callers = EnvironBuilder(path, base_url=base).get_environ(), count()
    statuses: list[str] = []

    def start(status: str, *_more: Any) -> Callable[[bytes], object]:
        statuses.append(status)
        return lambda _written: None

    def call() -> bytes:
        number = next(callers)
        one = environ | {"REMOTE_ADDR": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
        answer: Iterable[bytes] = app.wsgi_app(one, start)
        body = b"".join(answer)
        if (status := statuses.pop()) != "200 OK":
            raise RuntimeError(f"{path} answered {status}.")
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


def table(pairs: dict[str, Pair]) -> str:
    """Markdown."""
    lines = ["| what is read | API ms | query and dump ms | ratio |", "|---|---:|---:|---:|"]
    lines += [f"| {what} | {pair.api:.2f} | {pair.bare:.2f} | {pair.ratio:.2f} |" for what, pair in pairs.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
