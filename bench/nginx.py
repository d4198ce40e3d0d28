"""Is a published page served from disk by nginx about as fast as any other file of its size?

    .venv/bin/python -m bench.nginx [--seconds N] [--rounds N] [--json FILE]

Needs `wrk` and `nginx`. Both are served by one nginx with deploy/nginx.conf, but without TLS, and are asked in turns.
Exits 1 below 0.85 of the plain file, by the median of the rounds.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.from_disk import nginx_before, settings, until_stored
from bench.installation import SQLITE, filled
from bench.results import Goal, conclude
from bench.site_pages import find
from bench.wrk import Figure, Target, ask, middle
from deploy.front import free_port
from tests.services.programs import NGINX

GOAL = 0.85


def main() -> int:
    asked = _arguments()
    if lacking := NGINX.lack() or (None if shutil.which("wrk") else "wrk is missing: apt install wrk"):
        print(lacking)
        return 1
    with ExitStack() as stack:
        folder, memory = (
            Path(stack.enter_context(TemporaryDirectory(prefix="copydesk-bench-", dir=place)))
            for place in (None, "/dev/shm")
        )
        page, static = stack.enter_context(_site(folder, memory))
        rounds = [(ask(static, asked.seconds), ask(page, asked.seconds)) for _ in range(asked.rounds)]
    files, pages = ([pair[side] for pair in rounds] for side in (0, 1))
    ratio = median(page.per_second / file.per_second for file, page in rounds)
    print(table(middle(files), middle(pages), ratio))
    goals = [
        Goal("a post from disk ÷ a plain file of its size", ratio, GOAL),
        Goal("errors", middle(files).errors + middle(pages).errors, 0, at_least=False),
    ]
    figures = {"plain file": asdict(middle(files)), "post from disk": asdict(middle(pages))}
    return conclude("nginx", goals, {"figures": figures}, asked.json)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=5, help="of each round (5)")
    parser.add_argument("--rounds", type=int, default=5, help="behind each median (5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep what was found")
    return parser.parse_args()


@contextmanager
def _site(folder: Path, memory: Path) -> Iterator[tuple[Target, Target]]:
    """A stored post, in memory as it should be, and beside it a plain file with the same bytes."""
    port, pages, files = free_port(), memory / "pages", memory / "files"
    more = {"CMS_DATABASE_URL": f"sqlite:///{folder / 'bench.db'}", **settings(pages, port)}
    one = filled(SQLITE, folder, more, posts=100, comments=100)
    with one.served(), nginx_before(one, pages, port, files) as plain:
        path = find(f"http://127.0.0.1:{port}").posts[0]
        shutil.copytree(until_stored(pages, port, path), files)
        yield Target(f"http://127.0.0.1:{port}", [path]), Target(plain, ["/index.html"])


def table(file: Figure, page: Figure, ratio: float) -> str:
    """Markdown."""
    lines = ["| what | requests/s | p99 ms | ratio |\n|---|---:|---:|---:|"]
    lines += [f"| nginx, a plain file of the same size | {file.per_second:,.0f} | {file.p99:.1f} | 1.0 |"]
    lines += [f"| nginx, a published post from disk | {page.per_second:,.0f} | {page.p99:.1f} | {ratio:.2f} |"]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
