"""Wagtail beside us: an installed project with the same number of posts, in the folder that its set-up made.

The folder holds `wagtail/venv`, `wagtail/site` (settings in `cmssite.settings.bench`, which look at BENCH_DB and
BENCH_CACHE), `wagtail/posts.txt` with 500 addresses, and `pg/data`, a cluster with the database `wagtail_pg`.
"""

import os
import pwd
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.programs import ROOT, end, running
from bench.services import redis
from deploy.front import free_port
from tests.services.programs import POSTGRES

HOME = "/blog/"
PG_PORT = "18150"
START_SECONDS = 30


@dataclass(frozen=True)
class Peer:
    """Two servers on the same database: one makes every page, the other keeps them in Redis."""

    plain: str
    kept: str
    home: str
    posts: list[str]


@contextmanager
def wagtail(folder: Path, workers: int = 2) -> Iterator[Peer]:
    """On PostgreSQL, where it is much the faster, under gunicorn with as many processes and threads as we have."""
    with ExitStack() as stack:
        sockets = folder / "pg" / "sock"
        stack.enter_context(_cluster(folder / "pg" / "data", sockets))
        port = stack.enter_context(redis()).url.rpartition(":")[2].partition("/")[0]
        places = {"PGSOCK": str(sockets), "PGPORT_": PG_PORT, "REDISPORT_": port}
        settings = {"DJANGO_SETTINGS_MODULE": "cmssite.settings.bench", "BENCH_DB": "pg", **places}
        plain, kept = (
            stack.enter_context(_served(folder, settings | cache, workers)) for cache in ({}, {"BENCH_CACHE": "1"})
        )
        posts = (folder / "wagtail" / "posts.txt").read_text().split()
        yield Peer(plain, kept, HOME, posts)


@contextmanager
def _served(folder: Path, settings: dict[str, str], workers: int) -> Iterator[str]:
    """With the options that our own server is given."""
    base = f"http://127.0.0.1:{free_port()}"
    program = str(folder / "wagtail" / "venv" / "bin" / "gunicorn")
    options = ["-w", str(workers), "-k", "gthread", "--threads", "4", "--keep-alive", "5", "--log-level", "warning"]
    command = [program, *options, "-b", base.removeprefix("http://"), "cmssite.wsgi:application"]
    with running(command, settings, base + HOME, folder=folder / "wagtail" / "site"):
        yield base


@contextmanager
def _cluster(data: Path, sockets: Path) -> Iterator[None]:
    """Uses one that runs already."""
    binaries = POSTGRES.find().resolve().parent
    is_ready = [str(binaries / "pg_isready"), "--quiet", "-h", str(sockets), "-p", PG_PORT]
    if subprocess.run(is_ready).returncode == 0:
        yield
        return
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    command = [str(binaries / "postgres"), "-D", str(data), "-p", PG_PORT, "-k", str(sockets)]
    options = ["-c", "listen_addresses=", "-c", "shared_buffers=512MB"]
    with subprocess.Popen([*command, *options], cwd="/", user=user, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(is_ready)
            yield
        finally:
            end(server)


def _wait(is_ready: list[str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while subprocess.run(is_ready, cwd=ROOT).returncode:
        if time.monotonic() > deadline:
            raise RuntimeError("Wagtail's database does not answer.")
        time.sleep(0.1)
