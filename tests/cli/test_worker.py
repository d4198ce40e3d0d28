"""`worker` does what waits, in a process of its own, and stops when told to; `doctor` says when nobody does."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.cli.conftest import ROOT, Result, spoil

Run = Callable[..., Result]
LONG_AGO = "'2026-01-01 00:00:00.000000'"


def job(name: str, status: str = "waiting") -> str:
    values = f"'{name}', '', '{{}}', '{status}', {LONG_AGO}, 0, '', {LONG_AGO}, {LONG_AGO}"
    columns = "name, label, args, status, run_at, attempts, last_error, created_at, updated_at"
    return f"INSERT INTO jobs ({columns}) VALUES ({values})"


def attempts(installation: Path) -> int:
    with closing(sqlite3.connect(installation / "copydesk.db")) as database:
        return database.execute("SELECT max(attempts) FROM jobs").fetchone()[0]


def test_once_does_what_is_due_and_ends(run: Run, installation: Path, migrated: None) -> None:
    spoil(installation, job("probe"), job("probe"))

    done = run("worker", "--once")

    assert (done.code, done.out) == (0, "2 tried.\n")
    assert attempts(installation) == 1
    assert run("worker", "--once").out == "0 tried.\n"


def test_a_worker_waits_for_jobs_until_it_is_told_to_stop(run: Run, installation: Path, migrated: None) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), "worker"]
    process = subprocess.Popen(command, env=os.environ | {"CMS_NO_VENV": "1"}, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "Waiting for jobs. Stop with Ctrl-C.\n"
    spoil(installation, job("probe"))
    until = time.monotonic() + 60
    while not attempts(installation) and time.monotonic() < until:
        time.sleep(0.1)

    process.send_signal(signal.SIGTERM)

    assert process.wait(60) == 0
    assert attempts(installation) == 1
    process.stdout.close()


def test_a_worker_refuses_an_older_schema(run: Run, migrated: None) -> None:
    run("db", "downgrade", "0001")

    refused = run("worker", "--once")

    assert refused.code == 1
    assert refused.err == "Error: The database is not up to date. Run: python3 manage.py db upgrade\n"


def test_doctor_finds_jobs_that_failed_and_jobs_that_nobody_does(run: Run, installation: Path, migrated: None) -> None:
    spoil(installation, job("mail", "failed"), job("mail"))

    said = run("doctor")

    assert said.code == 1
    assert "BAD  jobs\n     Jobs have failed: 1." in said.out
    assert "due for more than ten minutes" in said.out
