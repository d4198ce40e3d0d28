"""Is a published page served faster than an empty view of Flask, with nothing in front of either?

    .venv/bin/python -m bench.serving [--seconds N] [--rounds N] [--postgres URL]

Needs `wrk`. Both run under gunicorn with two processes of four threads, and are asked in turns, so that what else the
machine does meets both. Exits 1 where the page is slower than the empty view, by the median of the rounds.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from bench.databases import database

ROOT = Path(__file__).parents[1]
PORT, EMPTY_PORT = 8191, 8192
BROWSER = ("-H", "Accept-Encoding: gzip, br, zstd", "-H", "User-Agent: Mozilla/5.0 (X11; Linux) Firefox/145.0")
#: About as large as a page of the site is before it is compressed.
EMPTY = """
from flask import Flask
app = Flask(__name__)
page = "x" * 10_240
app.add_url_rule("/", view_func=lambda: page)
"""
START_SECONDS = 180


def main() -> int:
    asked = _arguments()
    if shutil.which("wrk") is None:
        print("wrk is needed (apt install wrk).")
        return 1
    with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as name, database(asked.postgres, name) as address:
        rounds = list(_rounds(Path(name), address, asked))
    empty, page = (median(values) for values in zip(*rounds, strict=True))
    print("| what | requests/s | ratio |\n|---|---:|---:|")
    print(f"| an empty view of Flask, 10 KB | {empty:,.0f} | 1.0 |")
    print(f"| a published post ({'PostgreSQL' if asked.postgres else 'SQLite'}) | {page:,.0f} | {page / empty:.1f} |")
    return 0 if page >= empty else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=5, help="of each round (5)")
    parser.add_argument("--rounds", type=int, default=5, help="behind each median (5)")
    parser.add_argument("--postgres", metavar="URL", help="a server where a database may be made; else SQLite")
    return parser.parse_args()


def _rounds(folder: Path, address: str, asked: argparse.Namespace) -> Iterator[tuple[float, float]]:
    """Requests a second of the empty view and of the post, in turns."""
    with _empty(folder), _site(folder, address) as post:
        for _ in range(asked.rounds):
            yield a_second(f"http://127.0.0.1:{EMPTY_PORT}/", asked.seconds), a_second(post, asked.seconds)


def a_second(url: str, seconds: int) -> float:
    """Requests, with thirty-two connections."""
    told = subprocess.run(
        ["wrk", "-t2", "-c32", f"-d{seconds}s", *BROWSER, url], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx" in told:
        raise RuntimeError(told)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])  # type: ignore[index]


@contextmanager
def _empty(folder: Path) -> Iterator[None]:
    (folder / "empty.py").write_text(EMPTY)
    options = [
        "-w",
        "2",
        "-k",
        "gthread",
        "--threads",
        "4",
        "--log-level",
        "warning",
        "--chdir",
        str(folder),
        "-b",
        f"127.0.0.1:{EMPTY_PORT}",
    ]
    with running([sys.executable, "-m", "gunicorn", *options, "empty:app"], {}, f"http://127.0.0.1:{EMPTY_PORT}/"):
        yield


@contextmanager
def _site(folder: Path, address: str) -> Iterator[str]:
    """A site with a hundred posts; the address of one."""
    settings = {
        "CMS_ENV": "development",
        "CMS_INSTANCE": str(folder / "instance"),
        "CMS_DATABASE_URL": address,
        "CMS_NO_VENV": "1",
    }
    seed = [sys.executable, "manage.py", "seed", "--posts", "100", "--comments", "100"]
    subprocess.run(seed, cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.DEVNULL, check=True)
    base = f"http://127.0.0.1:{PORT}"
    with running([sys.executable, "manage.py", "serve", "--port", str(PORT)], settings, f"{base}/"):
        with urlopen(f"{base}/posts") as page:
            path = re.search(r'href="(/posts/[\w-]+)"', page.read().decode())[1]  # type: ignore[index]
        yield base + path


@contextmanager
def running(command: list[str], settings: dict[str, str], url: str) -> Iterator[None]:
    environment = {**os.environ, **settings}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as server:
        try:
            _wait_for(url)
            yield
        finally:
            server.terminate()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            urlopen(url).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
