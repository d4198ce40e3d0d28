"""nginx in front of an installation with deploy/nginx.conf, but without TLS, sending stored pages from disk."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.installation import Installation
from bench.programs import status_of
from deploy.front import DEPLOY, free_port, here, nginx
from tests.services.programs import NGINX

STORE_SECONDS = 30
#: The same bytes, and nothing that we ask of a page.
STATIC = """
    server {{
        listen 127.0.0.1:{port};
        location / {{ root {folder}; gzip_static on; }}
    }}
}}
"""


def settings(pages: Path, port: int) -> dict[str, str]:
    """What an installation behind this nginx is told."""
    return {
        "CMS_BASE_URL": f"http://127.0.0.1:{port}",
        "CMS_TRUSTED_PROXIES": "1",
        "CMS_STORED_PAGES": str(pages),
        "CMS_READS_LOG": str(pages.with_name("reads.log")),
    }


@contextmanager
def nginx_before(one: Installation, pages: Path, port: int, files: Path | None = None) -> Iterator[str]:
    """The address of a plain server for `files` beside it; one machine asks for all, so nobody is limited."""
    folder, plain = one.folder, free_port()
    (folder / "headers.conf").write_bytes(one.manage("pages", "headers"))
    conf = here((DEPLOY / "nginx.conf").read_text(), folder, free_port(), port, one.port, pages)
    conf = re.sub(r"rate=\d+r/s", "rate=100000r/s", _without_tls(conf, port))
    conf = conf.rstrip().removesuffix("}") + STATIC.format(port=plain, folder=files or folder / "none")
    (folder / "nginx.conf").write_text(conf)
    with nginx(str(NGINX.find()), folder, port):
        yield f"http://127.0.0.1:{plain}"


def until_stored(pages: Path, port: int, path: str) -> Path:
    """The folder of a page, asked for until it is there."""
    stored = pages / "current" / path.lstrip("/")
    deadline = time.monotonic() + STORE_SECONDS
    while not (stored / "index.html").exists():  # the last of its files
        status_of(f"http://127.0.0.1:{port}{path}")
        if time.monotonic() > deadline:
            raise RuntimeError("The page was not stored.")
        time.sleep(0.1)
    return stored


def _without_tls(conf: str, port: int) -> str:
    """wrk says no host in its handshake."""
    conf = conf.replace(f"listen 127.0.0.1:{port} ssl default_server;", "")
    conf = conf.replace(f"listen 127.0.0.1:{port} ssl http2;", f"listen 127.0.0.1:{port};")
    return re.sub(r"^ *ssl_.*;$", "", conf, flags=re.MULTILINE).replace("www.example.com", "127.0.0.1")
