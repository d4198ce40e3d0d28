"""What a page of 10 KB costs with nothing behind it: an empty view of Flask, and a file from nginx."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.programs import running
from deploy.front import free_port
from deploy.front import nginx as served_by_nginx
from tests.services.programs import NGINX

#: About as large as a page of the site is before it is compressed.
BYTES = 10_240
EMPTY = f"""
from flask import Flask
app = Flask(__name__)
page = "x" * {BYTES}
app.add_url_rule("/", view_func=lambda: page)
"""
#: All that our server sets, but for what it runs beside the site.
SETTINGS = """
from cms.cli.server import settings_of
ours = settings_of("127.0.0.1:{port}", {workers})
globals().update((name, value) for name, value in ours.items() if not callable(value))
"""
STATIC = """
{user}
worker_processes 2;
pid {folder}/static.pid;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    {temporary}
    server {{ listen 127.0.0.1:{port}; root {folder}/static; }}
}}
"""
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@contextmanager
def empty_view(folder: Path, workers: int = 2) -> Iterator[str]:
    """Its address, under gunicorn as it is set for the site."""
    port = free_port()
    (folder / "empty.py").write_text(EMPTY)
    (folder / "empty_conf.py").write_text(SETTINGS.format(port=port, workers=workers))
    command = [sys.executable, "-m", "gunicorn", "-c", str(folder / "empty_conf.py"), "--pythonpath", str(folder)]
    base = f"http://127.0.0.1:{port}"
    with running([*command, "empty:app"], {}, base):
        yield base


@contextmanager
def plain_file(folder: Path) -> Iterator[str]:
    """The address of a server whose front page is a file of the same size."""
    port = free_port()
    place = folder / "static_nginx"
    shutil.rmtree(place, ignore_errors=True)
    (place / "static").mkdir(parents=True)
    (place / "static" / "index.html").write_text("x" * BYTES)
    user = "user root;" if os.geteuid() == 0 else ""  # whose folder it is
    temporary = " ".join(f"{kind}_temp_path {place}/{kind};" for kind in TEMPORARY)
    (place / "nginx.conf").write_text(STATIC.format(user=user, port=port, folder=place, temporary=temporary))
    with served_by_nginx(str(NGINX.find()), place, port):
        yield f"http://127.0.0.1:{port}"
