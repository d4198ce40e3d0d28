"""What whoever runs the site asks: alive, and ready?"""

import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, make_url, text
from sqlalchemy.orm import Session

from cms.extensions import db
from cms.jobs import actions as jobs
from cms.jobs import leases, presence
from cms.site import health
from cms.web import worker
from tests.browser import Browser
from tests.counting import counted
from tests.services.databases import drop_database
from tests.services.servers import Server
from tests.starting import StartSite

Setting = Callable[..., None]


@pytest.fixture
def setting(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Setting:
    """Another setting of the machine."""

    def _set(**values: str) -> None:
        found = app.extensions["copydesk"]
        monkeypatch.setitem(app.extensions, "copydesk", replace(found, config=replace(found.config, **values)))

    return _set


def test_alive_asks_the_database_nothing(engine: Engine, browser: Browser) -> None:
    with counted(engine) as statements:
        response = browser.get("/healthz")

    assert (response.status_code, response.json) == (200, {"status": "alive"})
    assert statements == []


def test_ready_where_the_tables_are_those_of_this_version(browser: Browser) -> None:
    response = browser.get("/readyz")

    assert response.status_code == 200
    checks = dict.fromkeys(("database", "migrations", "worker", "storage"), "ok")
    assert response.json == {"status": "ready", "checks": checks, "reasons": {}}


def test_however_many_ask_it_looks_once_a_second(
    engine: Engine, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with counted(engine) as statements:
        browser.get("/readyz")
        asked = len(statements)
        assert browser.get("/readyz").status_code == 200
        assert len(statements) == asked > 0
        monkeypatch.setattr(health, "FRESH_SECONDS", 0.0)
        browser.get("/readyz")

    assert len(statements) == 2 * asked <= 12


def failing(browser: Browser) -> dict[str, str]:
    """What is wrong, and why."""
    response = browser.get("/readyz")
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert response.json is not None
    reasons: dict[str, str] = response.json["reasons"]
    assert {name for name, word in response.json["checks"].items() if word == "failing"} == reasons.keys()
    return reasons


def test_not_ready_on_the_tables_of_another_version(engine: Engine, browser: Browser) -> None:
    with engine.begin() as connection:
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    try:
        reasons = failing(browser)
    finally:
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})

    assert reasons == dict.fromkeys(("migrations", "worker"), health.OLDER)
    assert "db upgrade" in health.OLDER


def test_not_ready_on_a_database_that_is_gone(
    start_site: StartSite, postgres_database: Callable[[str], str], postgres_server: Server
) -> None:
    url = postgres_database("gone_for_readiness")
    browser = start_site(url)
    assert browser.get("/readyz").status_code == 200
    health.init_app(browser.app)

    drop_database(postgres_server, str(make_url(url).database))

    assert failing(browser) == dict.fromkeys(("database", "migrations", "worker"), health.AWAY)


def test_not_ready_on_a_database_that_is_no_file(start_site: StartSite, tmp_path: Path) -> None:
    browser = start_site(f"sqlite:///{tmp_path / 'site.db'}")
    with browser.app.app_context():
        db.engine.dispose()
    for file in tmp_path.glob("site.db*"):
        file.unlink()
    (tmp_path / "site.db").mkdir()

    assert failing(browser)["database"] == health.AWAY


def test_not_ready_where_no_file_can_be_stored(browser: Browser, setting: Setting, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    setting(storage_url=(tmp_path / "file").as_uri())

    assert failing(browser) == {"storage": "Files cannot be stored."}


def ask_for_a_job(session: Session, due: timedelta) -> None:
    at = datetime.now(UTC)
    jobs.add(session, "probe", {}, at=at - due)
    session.commit()


def test_not_ready_while_a_job_is_late_though_a_worker_is_here(browser: Browser, session: Session) -> None:
    ask_for_a_job(session, timedelta(minutes=12))
    presence.appear(session, "here:1", datetime.now(UTC))
    session.commit()

    assert failing(browser) == {"worker": "A job has been due for 12 minutes."}


def test_not_ready_while_a_job_that_was_dropped_is_late(browser: Browser, session: Session) -> None:
    ask_for_a_job(session, timedelta(minutes=20))
    leases.claim(session, datetime.now(UTC) - timedelta(minutes=14))
    session.commit()

    assert failing(browser) == {"worker": "A job has been due for 12 minutes."}


def test_not_ready_while_jobs_wait_and_no_worker_is_here(browser: Browser, session: Session) -> None:
    ask_for_a_job(session, timedelta(minutes=2))
    presence.appear(session, "gone:1", datetime.now(UTC) - timedelta(minutes=3))
    session.commit()

    assert "no worker is here" in failing(browser)["worker"]


@pytest.mark.parametrize("due", [timedelta(seconds=20), timedelta(minutes=2)], ids=["a moment", "with a worker"])
def test_ready_while_somebody_is_at_it(app: Flask, browser: Browser, session: Session, due: timedelta) -> None:
    if due > health.NOBODY_HERE:
        app.extensions.pop(worker.APPEARED, None)
        worker.drain(app)
    ask_for_a_job(session, due)

    assert browser.get("/readyz").status_code == 200


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "no-redis"])
def test_not_ready_while_redis_is_away(browser: Browser, setting: Setting, url: str) -> None:
    setting(redis_url=url)

    assert failing(browser) == {"redis": "Redis does not answer."}


def test_a_redis_that_is_stuck_is_not_waited_for(browser: Browser, setting: Setting) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stuck:  # takes connections, and never answers
        setting(redis_url=f"redis://127.0.0.1:{stuck.getsockname()[1]}/0")
        began = time.monotonic()

        assert failing(browser) == {"redis": "Redis does not answer."}
        assert time.monotonic() - began < 10


def test_it_is_logged_once_that_it_is_not_ready_and_once_that_it_is_again(
    app: Flask, browser: Browser, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(health, "FRESH_SECONDS", 0.0)
    well = app.extensions["copydesk"]
    (tmp_path / "file").touch()
    ill = replace(well, config=replace(well.config, storage_url=(tmp_path / "file").as_uri()))
    for state in (well, ill, ill, well, well):
        monkeypatch.setitem(app.extensions, "copydesk", state)
        browser.get("/readyz")

    said = [record.getMessage() for record in caplog.records if record.name == health.__name__]
    assert said == ["not ready: Files cannot be stored.", "ready again"]


def test_ready_with_redis(browser: Browser, setting: Setting, redis_url: str) -> None:
    setting(redis_url=redis_url)

    response = browser.get("/readyz")

    assert response.status_code == 200
    assert response.json is not None
    assert response.json["checks"]["redis"] == "ok"
