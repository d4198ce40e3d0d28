"""Is a published page served from disk by nginx about as fast as any other file of its size?

    .venv/bin/python -m bench.nginx [--seconds N] [--rounds N]

Needs `wrk` and `nginx`. Both are served by one nginx with deploy/nginx.conf, but without TLS, and are asked in turns.
Exits 1 below 0.85 of the plain file, by the median of the rounds.
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

from bench.serving import a_second, running
from deploy.front import DEPLOY, free_port, here, nginx

ROOT = Path(__file__).parents[1]
GOAL = 0.85
STORE_SECONDS = 30
#: The same bytes, and nothing that we ask of a page.
STATIC = """
    server {{
        listen 127.0.0.1:{port};
        location / {{ root {folder}; gzip_static on; }}
    }}
}}
"""


def main() -> int:
    asked = _arguments()
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None or shutil.which("wrk") is None:
        print("wrk and nginx are needed (apt install wrk nginx).")
        return 1
    with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as name, _site(Path(name), program) as (page, static):
        rounds = [(a_second(static, asked.seconds), a_second(page, asked.seconds)) for _ in range(asked.rounds)]
    file, stored = (median(values) for values in zip(*rounds, strict=True))
    print("| what | requests/s | ratio |\n|---|---:|---:|")
    print(f"| nginx, a plain file of the same size | {file:,.0f} | 1.0 |")
    print(f"| nginx, a published post from disk | {stored:,.0f} | {stored / file:.2f} |")
    return 0 if stored >= GOAL * file else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=5, help="of each round (5)")
    parser.add_argument("--rounds", type=int, default=5, help="behind each median (5)")
    return parser.parse_args()


@contextmanager
def _site(folder: Path, program: str) -> Iterator[tuple[str, str]]:
    """The addresses of a stored post and of a plain file with the same bytes."""
    port, behind, plain = free_port(), free_port(), free_port()
    base, pages = f"http://127.0.0.1:{port}", folder / "pages"
    settings = {
        "CMS_NO_VENV": "1",
        "CMS_ENV": "development",
        "CMS_INSTANCE": str(folder / "instance"),
        "CMS_DATABASE_URL": f"sqlite:///{folder / 'bench.db'}",
        "CMS_BASE_URL": base,
        "CMS_TRUSTED_PROXIES": "1",
        "CMS_STORED_PAGES": str(pages),
    }
    manage = [sys.executable, "manage.py"]
    environment = {**os.environ, **settings}
    seed = [*manage, "seed", "--posts", "100", "--comments", "100"]
    subprocess.run(seed, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)
    told = subprocess.run([*manage, "pages", "headers"], cwd=ROOT, env=environment, capture_output=True, check=True)
    (folder / "headers.conf").write_bytes(told.stdout)
    conf = _without_tls(here((DEPLOY / "nginx.conf").read_text(), folder, free_port(), port, behind, pages), port)
    conf = conf.rstrip().removesuffix("}") + STATIC.format(port=plain, folder=folder / "static")
    (folder / "nginx.conf").write_text(conf)
    serve = [*manage, "serve", "--port", str(behind)]
    with running(serve, settings, f"http://127.0.0.1:{behind}/healthz"), nginx(program, folder, port):
        with urlopen(f"{base}/posts") as page:
            path = re.search(r'href="(/posts/[\w-]+)"', page.read().decode())[1]  # type: ignore[index]
        stored = pages / "current" / path.lstrip("/")
        deadline = time.monotonic() + STORE_SECONDS
        while not stored.exists():
            urlopen(base + path).close()
            if time.monotonic() > deadline:
                raise RuntimeError("The page was not stored.")
            time.sleep(0.1)
        shutil.copytree(stored, folder / "static")
        yield base + path, f"http://127.0.0.1:{plain}/index.html"


def _without_tls(conf: str, port: int) -> str:
    """wrk says no host in its handshake."""
    conf = conf.replace(f"listen 127.0.0.1:{port} ssl default_server;", "")
    conf = conf.replace(f"listen 127.0.0.1:{port} ssl http2;", f"listen 127.0.0.1:{port};")
    return re.sub(r"^ *ssl_.*;$", "", conf, flags=re.MULTILINE).replace("www.example.com", "127.0.0.1")


if __name__ == "__main__":
    sys.exit(main())
