"""A PostgreSQL and a Redis of a measurement's own, as they are installed: they may be stopped and started again."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.front import free_port
from tests.services.programs import POSTGRES, REDIS
from tests.services.servers import PATIENCE, TEMPORARY, answers

USER = "copydesk"
POSTGRES_OPTIONS = ("-c", "listen_addresses=", "-c", "max_connections=200")


class Service:
    """One server; `url` is the same after a stop and a start."""

    def __init__(
        self, command: list[str], home: Path, url: str, is_ready: Callable[[], bool], user: str | None
    ) -> None:
        self.url = url
        self._command, self._home, self._user, self._is_ready = command, home, user, is_ready
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Until it answers."""
        with (self._home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=self._home, user=self._user, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + PATIENCE
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"A server did not start:\n{(self._home / 'log').read_text(errors='replace')}")
            time.sleep(0.05)

    def stop(self) -> None:
        """At once and in order: who is connected is cut off, what was committed stays."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


@contextmanager
def postgres() -> Iterator[Service]:
    """An empty cluster with the settings that it comes with, on a socket in a folder of its own."""
    binaries = POSTGRES.find().resolve().parent
    with _home("postgres") as home:
        user = _given_away(home)
        initdb = [binaries / "initdb", "-D", home / "data", "-U", USER, "-A", "trust", "--encoding=UTF8"]
        command = [*map(str, initdb), "--locale=C.UTF-8"]
        subprocess.run(command, user=user, cwd=home, check=True, stdout=subprocess.DEVNULL)
        is_ready = [str(binaries / "pg_isready"), "--quiet", "-h", str(home), "-U", USER]
        server = [str(binaries / "postgres"), "-D", str(home / "data"), "-k", str(home), *POSTGRES_OPTIONS]
        url = f"postgresql+psycopg://{USER}@/postgres?host={home}"
        service = Service(server, home, url, lambda: subprocess.run(is_ready).returncode == 0, user)
        with _started(service):
            yield service


@contextmanager
def redis() -> Iterator[Service]:
    """An empty one on a free port of the loopback, which forgets everything when it is stopped."""
    port = free_port()
    with _home("redis") as home:
        command = [str(REDIS.find()), "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(home)]
        service = Service(command, home, f"redis://127.0.0.1:{port}/0", lambda: answers(port), None)
        with _started(service):
            yield service


@contextmanager
def _started(service: Service) -> Iterator[None]:
    try:
        service.start()
        yield
    finally:
        service.stop()


@contextmanager
def _home(kind: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f"copydesk-bench-{kind}-", dir=TEMPORARY))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _given_away(home: Path) -> str | None:
    """PostgreSQL refuses to run as root; it gets the folder and a user without rights."""
    if os.geteuid() != 0:
        return None
    user = "postgres" if "postgres" in {known.pw_name for known in pwd.getpwall()} else "nobody"
    shutil.chown(home, user)
    return user
