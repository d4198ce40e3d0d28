"""An installation of its own: filled by `seed`, and served by `serve` as everybody's is."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.programs import ROOT, running
from bench.services import Service, postgres, redis
from deploy.front import free_port

OWNER = "owner@example.com"
MANAGE = [sys.executable, "manage.py"]
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL + Redis"
#: As they are asked for on the command line.
SETUPS = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
Served = AbstractContextManager[subprocess.Popen[bytes]]
#: For people, for programs, and from gunicorn.
COMPLAINTS = (" ERROR ", '"level": "error"', '"level": "critical"', "[CRITICAL]")


@dataclass(frozen=True)
class Services:
    """Servers that nobody else uses, so that they may be stopped."""

    database: Service
    redis: Service


@dataclass(frozen=True)
class Installation:
    """`settings` are all that is set; the server is asked at `base`."""

    name: str
    folder: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    services: Services | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def manage(self, *command: str) -> bytes:
        """What a command prints."""
        environment = {**os.environ, **self.settings}
        return subprocess.run([*MANAGE, *command], cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True).stdout

    def served(
        self, workers: int = 2, more: dict[str, str] | None = None
    ) -> AbstractContextManager[subprocess.Popen[bytes]]:
        """A block in which the site is served; gives the process."""
        command = [*MANAGE, "serve", "--port", str(self.port), "--workers", str(workers)]
        return running(command, self.settings | (more or {}), f"{self.base}/", log=self.log)

    def start_seconds(self) -> float:
        """From the command to the first 200 of the front page."""
        began = time.monotonic()
        with self.served():
            return time.monotonic() - began

    def complaints(self) -> list[str]:
        """What the server logged as an error: one that no client saw is one all the same."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if any(word in line for word in COMPLAINTS)]


def setups(only: str | None) -> list[str]:
    """Both of the two that are promised for, or the one that was asked for."""
    return [name for key, name in SETUPS.items() if only in (None, key)]


@contextmanager
def installation(name: str, *, posts: int, comments: int, more: dict[str, str] | None = None) -> Iterator[Installation]:
    """A filled one, with servers of its own where it needs any; `more` are further settings."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="copydesk-bench-")))
        services = (
            Services(stack.enter_context(postgres()), stack.enter_context(redis())) if name == POSTGRESQL else None
        )
        settings = {"CMS_DATABASE_URL": f"sqlite:///{folder / 'copydesk.db'}"}
        if services is not None:
            settings = {"CMS_DATABASE_URL": services.database.url, "CMS_REDIS_URL": services.redis.url}
        one = filled(name, folder, settings | (more or {}), posts=posts, comments=comments)
        yield replace(one, services=services)


def filled(name: str, folder: Path, settings: dict[str, str], *, posts: int, comments: int) -> Installation:
    """Development, since `seed` adds demo people: the server is the same, and loopback is not limited."""
    port = free_port()
    base = {
        "CMS_ENV": "development",
        "CMS_NO_VENV": "1",
        "CMS_INSTANCE": str(folder / "instance"),
        "CMS_BASE_URL": f"http://127.0.0.1:{port}",
    }
    one = Installation(name, folder, port, base | settings)
    one.manage("seed", "--posts", str(posts), "--comments", str(comments))
    one.manage("backup", "create")  # else the first that serves would make one while it is measured
    return one
