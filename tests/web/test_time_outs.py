"""Whoever waits too long is told so with 503, whatever it was that did not come, and nothing is half changed."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from flask import Flask, stream_with_context
from sqlalchemy import Engine, func, make_url, select, text
from sqlalchemy.orm import Session

from cms import create_app
from cms.core import db as core
from cms.core import patience
from cms.extensions import db
from cms.taxonomy.models import Tag
from cms.web.gate import PUBLIC, declare
from tests.browser import Browser
from tests.web.test_unavailable import assert_unavailable

SECOND = 1000
Change = Callable[[], None]
SLOW = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999999999) "
    "SELECT max(i) FROM n",
    "postgresql": "SELECT pg_sleep(60)",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'site.db'}"
    made: str = request.getfixturevalue("postgres_database")("time_outs")
    return made


@pytest.fixture
def site(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Flask]:
    """One that is patient for a second with everything."""
    for name in ("BUSY_MILLISECONDS", "STATEMENT_MILLISECONDS"):
        monkeypatch.setattr(core, name, SECOND)
    monkeypatch.setattr(core, "POOL_SECONDS", 1)
    monkeypatch.setattr(patience, "SECONDS", 1.0)
    monkeypatch.setenv("CMS_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("CMS_DATABASE_URL", url)
    monkeypatch.setenv("CMS_BASE_URL", "http://localhost")
    app = create_app("testing")
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def engine(site: Flask) -> Engine:
    with site.app_context():
        return db.engine


def add_tag(name: str) -> None:
    at = datetime.now(UTC)
    db.session.add(Tag(name=name, key=name, slug=name, created_at=at, updated_at=at))
    db.session.flush()


def serve(site: Flask, change: Change) -> None:
    """At /slow: half a change, and then whatever takes its time."""

    def view() -> str:
        add_tag("half")
        change()
        db.session.commit()
        return "done"

    site.add_url_rule("/slow", "slow", view, methods=["POST"])
    declare(site, "slow", PUBLIC)


def assert_given_up(site: Flask, engine: Engine, within: float) -> None:
    """503, none of the change is there, and nothing is held that another writer needs."""
    browser = Browser(site)
    token = browser.token()
    began = time.monotonic()
    answer = browser.client.post("/slow", data={"csrf_token": token})
    took = time.monotonic() - began

    assert_unavailable(answer)
    assert took < within
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Tag)) == 0
        session.rollback()
    with site.app_context():
        add_tag("another")
        db.session.commit()


def wait_at_most(site: Flask, seconds: int) -> None:
    found = site.extensions["copydesk"]
    site.extensions["copydesk"] = replace(found, config=replace(found.config, request_seconds=seconds))


def test_a_statement_is_given_up(site: Flask, engine: Engine) -> None:
    serve(site, lambda: db.session.execute(text(SLOW[engine.dialect.name])).all() and None)

    assert_given_up(site, engine, within=15)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_statement_for_which_nobody_waits_takes_its_time(
    site: Flask, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one of a command; PostgreSQL is told so by those commands that need it."""
    monkeypatch.setattr(patience, "SECONDS", 0.01)
    with site.app_context():
        began = time.monotonic()
        found = db.session.scalar(text(SLOW["sqlite"].replace("999999999", "2000000")))

    assert found == 2_000_000
    assert time.monotonic() - began > 0.05


def test_a_request_is_given_up_before_its_next_question(site: Flask, engine: Engine) -> None:
    wait_at_most(site, 1)

    def many_questions() -> None:
        for _number in range(300):
            db.session.execute(text("SELECT 1"))
            time.sleep(0.05)

    serve(site, many_questions)
    assert_given_up(site, engine, within=10)


def test_a_request_is_given_up_before_it_commits(site: Flask, engine: Engine) -> None:
    wait_at_most(site, 1)
    serve(site, lambda: time.sleep(1.2))

    assert_given_up(site, engine, within=10)


def test_an_answer_that_has_begun_is_ended(site: Flask, engine: Engine) -> None:
    wait_at_most(site, 1)

    def stream() -> Iterator[str]:
        for number in range(4):
            time.sleep(0.5)
            db.session.execute(text("SELECT 1"))
            yield f"{number} "

    site.add_url_rule("/stream", "stream", lambda: site.response_class(stream_with_context(stream())))
    declare(site, "stream", PUBLIC)

    answer = Browser(site).get("/stream")
    assert (answer.status_code, answer.text) == (200, "0 1 2 3 ")


def test_a_pool_without_a_free_connection_is_not_waited_for_long(site: Flask, engine: Engine) -> None:
    serve(site, lambda: None)
    browser = Browser(site)
    token = browser.token()
    with ExitStack() as others:
        while engine.pool.checkedout() < 5 + 10 + (1 if engine.dialect.name == "postgresql" else 0):
            others.enter_context(engine.connect())
        began = time.monotonic()
        assert_unavailable(browser.client.post("/slow", data={"csrf_token": token}))
        assert time.monotonic() - began < 10

    assert browser.client.post("/slow", data={"csrf_token": token}).text == "done"


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_lock_that_somebody_holds_is_not_waited_for_long(site: Flask, engine: Engine, url: str) -> None:
    serve(site, lambda: db.session.execute(text("UPDATE roles SET label = label")) and None)
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as somebody:
        somebody.execute("LOCK TABLE roles IN EXCLUSIVE MODE")

        assert_given_up(site, engine, within=10)
        somebody.rollback()
