"""Answers from kept pages are logged where that is asked for; what follows the `?` never is."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from cms import create_app
from cms.extensions import db
from cms.posts.lifecycle import PUBLISHED
from tests.browser import Browser
from tests.factories import Make


@pytest.fixture
def start(
    session: Session, make: Make, database_url: str, tmp_path_factory, monkeypatch
) -> Iterator[Callable[[str], Browser]]:
    make.post(slug="ebb", title="Ebb", status=PUBLISHED)
    session.commit()

    started: list[Flask] = []

    def begin(logs: str) -> Browser:
        monkeypatch.setenv("CMS_DATABASE_URL", database_url)
        monkeypatch.setenv("CMS_INSTANCE", str(tmp_path_factory.mktemp("machine")))
        monkeypatch.setenv("CMS_BASE_URL", "http://localhost")
        monkeypatch.setenv("CMS_LOG_KEPT_PAGES", logs)
        started.append(create_app("testing"))
        return Browser(started[-1])

    yield begin
    for app in started:
        with app.app_context():
            db.engine.dispose()


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [vars(record) for record in caplog.records if record.getMessage() == "kept page"]


def test_each_answer_from_a_kept_page_is_an_entry(start: Callable[[str], Browser], caplog) -> None:
    browser = start("on")
    made = browser.get("/posts/ebb")
    caplog.clear()

    kept = browser.get("/posts/ebb?utm_source=canary")
    browser.get("/posts/ebb", headers={"If-None-Match": made.headers["ETag"]})

    assert [(line["method"], line["path"], line["status"]) for line in lines(caplog)] == [
        ("GET", "/posts/ebb", 200),
        ("GET", "/posts/ebb", 304),
    ]
    assert lines(caplog)[0]["request_id"] == kept.headers["X-Request-Id"]
    assert "canary" not in caplog.text


def test_so_is_each_answer_to_a_program(start: Callable[[str], Browser], caplog) -> None:
    browser = start("on")
    made = browser.get("/api/v1/posts?tag=canary")
    caplog.clear()

    kept = browser.get("/api/v1/posts?tag=canary", headers={"If-None-Match": made.headers["ETag"]})

    assert [(line["method"], line["path"], line["status"]) for line in lines(caplog)] == [("GET", "/api/v1/posts", 304)]
    assert lines(caplog)[0]["request_id"] == kept.headers["X-Request-Id"]
    assert kept.headers["RateLimit-Remaining"] == "118"
    assert "canary" not in caplog.text


def test_nothing_is_said_of_them_unless_it_is_asked_for(start: Callable[[str], Browser], caplog) -> None:
    browser = start("off")
    browser.get("/posts/ebb")
    browser.get("/posts/ebb")

    assert lines(caplog) == []
