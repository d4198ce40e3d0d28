"""Starting workers of both engines as processes of their own, and looking at what they did."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.jobs import actions, leases, presence
from cms.jobs.models import Job, Presence
from tests.cli.conftest import ROOT

SECONDS = 60
ENGINES = ("embedded", "celery")
Process = subprocess.Popen[bytes]


class Told:
    """What handlers wrote down."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self) -> list[str]:
        return self.path.read_text().splitlines() if self.path.exists() else []

    def words(self) -> list[str]:
        return [line.split()[0] for line in self.lines()]


def environment_of(database_url: str, instance: Path, broker_url: str | None) -> dict[str, str]:
    settings = {"CMS_DATABASE_URL": database_url, "CMS_INSTANCE": str(instance), "CMS_BASE_URL": "http://localhost"}
    return {**os.environ, **settings} | ({"CMS_BROKER_URL": broker_url} if broker_url else {})


def started(engine: str, environment: dict[str, str]) -> Process:
    """Leads a group of processes, with all that it forks."""
    command = [sys.executable, "-m", "tests.web.engines", engine]
    return subprocess.Popen(command, env=environment, cwd=ROOT, start_new_session=True)


def kill_all(process: Process) -> None:
    """SIGKILL, which no process can answer, to the whole group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(SECONDS)


def until(happened: Callable[[], Any]) -> None:
    deadline = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def ask(session: Session, told: Told, **args: Any) -> None:
    actions.add(session, "probe", {"file": str(told.path), **args}, at=datetime.now(UTC))
    session.commit()


def statuses(session: Session) -> list[str]:
    found = [status.value for status in session.scalars(select(Job.status))]
    session.rollback()
    return found


def here(session: Session) -> list[str]:
    """The workers that are here."""
    count = presence.present(session, datetime.now(UTC))
    found = list(session.scalars(select(Presence.name)))
    session.rollback()
    assert len(found) == count
    return found


def lapse(session: Session) -> None:
    """As if the time of the lease had passed."""
    job = session.scalars(select(Job)).one()
    assert job.lease_until is not None
    job.lease_until -= leases.LEASE + timedelta(minutes=1)
    session.commit()
