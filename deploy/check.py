"""Tries what deploy/ has, without Docker and without root: python3 -m deploy.check --postgres URL --redis URL

The RUN lines of the Dockerfile that need no root are run in a clean copy, its CMD and HEALTHCHECK on this PostgreSQL
and Redis, nginx with our file in front; then /readyz is read through it. `--here`: with the libraries of this Python.
"""

import argparse
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from deploy.front import DEPLOY, HOST, free_port, front

ROOT = DEPLOY.parent
#: What a container does to itself as root.
AS_ROOT = ("apt-get ", "groupadd ")
START_SECONDS = 120


def main() -> int:
    asked = _arguments()
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        print("nginx is needed.")
        return 1
    with tempfile.TemporaryDirectory(prefix="copydesk-check-") as name:
        folder = Path(name)
        app = _copied(folder / "app")
        venv = Path(sys.prefix) if asked.here else folder / "venv"
        _run_lines(app, venv, here=asked.here)
        port = free_port()
        settings = _settings(folder, venv, port, asked)
        _say("migrate", _python(app, settings, "manage.py", "db", "upgrade", "--no-backup").splitlines()[-1])
        headers = _python(app, settings, "manage.py", "pages", "headers")
        with _command(app, settings, port):
            _say("HEALTHCHECK", _python(app, settings, *_words("HEALTHCHECK")[1:]) or "ok")
            _ask_through(nginx, folder, port, headers)
    print("All of this works. Not run: docker build with its root lines, docker compose up, the units under systemd;")
    print("docs/deploying.md says what of these was run by hand.")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--postgres", metavar="URL", required=True, help="an empty database, or one of Copydesk's")
    parser.add_argument("--redis", metavar="URL", required=True)
    parser.add_argument("--here", action="store_true", help="do not make a virtual environment")
    return parser.parse_args()


def _copied(app: Path) -> Path:
    """What COPY takes: the files of the repository."""
    named = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True)
    for path in filter(None, named.stdout.decode().split("\0")):
        if (ROOT / path).is_file() and not path.startswith(("tests/", "bench/")):
            (app / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, app / path)
    return app


def _run_lines(app: Path, venv: Path, *, here: bool) -> None:
    for line in re.findall(r"^RUN (.*)$", (app / "deploy/Dockerfile").read_text(), re.MULTILINE):
        if line.startswith(AS_ROOT) or (here and "venv" in line):
            _say("left out", line)
            continue
        environment = os.environ | {"PATH": f"{venv}/bin:{os.environ['PATH']}"}
        subprocess.run(["sh", "-ec", line.replace("/venv", str(venv))], cwd=app, env=environment, check=True)
        _say("RUN", line)


def _settings(folder: Path, venv: Path, port: int, asked: argparse.Namespace) -> dict[str, str]:
    """As ENV has them, with the places of this machine."""
    return {
        "PATH": f"{venv}/bin:{os.environ['PATH']}",
        "CMS_NO_VENV": "1",
        "CMS_ENV": "production",
        "CMS_SECRET_KEY": secrets.token_urlsafe(48),
        "CMS_BASE_URL": f"https://{HOST}",
        "CMS_INSTANCE": str(folder / "data"),
        "CMS_DATABASE_URL": asked.postgres,
        "CMS_REDIS_URL": asked.redis,
        "CMS_TRUSTED_PROXIES": "1",
        "CMS_STORED_PAGES": str(folder / "pages"),
        "CMS_READS_LOG": str(folder / "reads.log"),
        "CMS_BIND": f"127.0.0.1:{port}",
    }


def _words(instruction: str) -> list[str]:
    """Of CMD, or of the CMD of HEALTHCHECK."""
    found = re.search(rf"^{instruction}\b.*?(\[.*\])$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    if found is None:
        raise ValueError(f"The Dockerfile has no {instruction}.")
    words: list[str] = json.loads(found[1])
    return words


def _python(app: Path, settings: dict[str, str], *arguments: str) -> str:
    python = f"{settings['PATH'].partition(':')[0]}/python"
    done = subprocess.run([python, *arguments], cwd=app, env=os.environ | settings, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout.strip()


@contextmanager
def _command(app: Path, settings: dict[str, str], port: int) -> Iterator[None]:
    """gunicorn by its module: a script of an environment names the interpreter of where it was made."""
    python = f"{settings['PATH'].partition(':')[0]}/python"
    words = [python, "-m", *_words("CMD")]
    with subprocess.Popen(words, cwd=app, env=os.environ | settings, start_new_session=True) as server:
        try:
            deadline = time.monotonic() + START_SECONDS
            while _status(port) != 200:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("gunicorn did not come up.")
                time.sleep(0.2)
            _say("CMD", " ".join(_words("CMD")))
            yield
        finally:
            os.killpg(server.pid, signal.SIGTERM)


def _status(port: int) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def _ask_through(nginx: str, folder: Path, port: int, headers: str) -> None:
    with front(nginx, folder, upstream=port, pages=folder / "pages", headers=headers) as there:
        ready = there.ask("/readyz")
        _say("https /readyz", f"{ready.status} {ready.body.decode().strip()}")
        page = there.ask("/")
        _say("https /", f"{page.status}, {len(page.body)} bytes")
        plain = HTTPConnection("127.0.0.1", there.plain, timeout=10)
        plain.request("GET", "/posts?before=1", headers={"Host": HOST})
        redirect = plain.getresponse()
        _say("http /posts?before=1", f"{redirect.status} {redirect.getheader('Location')}")
        plain.close()
        if (ready.status, page.status, redirect.status) != (200, 200, 301):
            raise RuntimeError("That is not as it should be.")


def _say(what: str, said: str) -> None:
    print(f"{what:22} {said}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
