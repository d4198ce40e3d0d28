"""What whoever runs the site asks: alive, and ready?"""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from tests.browser import Browser
from tests.counting import counted


def test_alive_asks_the_database_nothing(engine: Engine, browser: Browser) -> None:
    with counted(engine) as statements:
        response = browser.get("/healthz")

    assert (response.status_code, response.json) == (200, {"status": "alive"})
    assert statements == []


def test_ready_where_the_tables_are_those_of_this_version(browser: Browser) -> None:
    response = browser.get("/readyz")

    assert response.status_code == 200
    assert response.json == {"status": "ready", "checks": {"database": "ok", "migrations": "ok"}}


def test_not_ready_on_the_tables_of_another_version(engine: Engine, browser: Browser) -> None:
    with engine.begin() as connection:
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    try:
        response = browser.get("/readyz")
    finally:
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})

    assert response.status_code == 503
    assert response.json is not None
    assert response.json["checks"] == {"database": "ok", "migrations": "failing"}
    assert response.headers["Retry-After"]


@pytest.fixture
def redis_at(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def _at(url: str) -> None:
        found = app.extensions["copydesk"]
        monkeypatch.setitem(app.extensions, "copydesk", replace(found, config=replace(found.config, redis_url=url)))

    return _at


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "no-redis"])
def test_not_ready_while_redis_is_away(browser: Browser, redis_at: Callable[[str], None], url: str) -> None:
    redis_at(url)

    response = browser.get("/readyz")

    assert response.status_code == 503
    assert response.json is not None
    assert response.json["checks"]["redis"] == "failing"


def test_ready_with_redis(browser: Browser, redis_at: Callable[[str], None], redis_url: str) -> None:
    redis_at(redis_url)

    response = browser.get("/readyz")

    assert response.status_code == 200
    assert response.json is not None
    assert response.json["checks"]["redis"] == "ok"
