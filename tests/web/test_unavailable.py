"""A database that is away or busy: a page of its own with 503, wherever one asked, and soon."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url
from werkzeug.test import TestResponse

from tests.account.conftest import passing_time
from tests.services.databases import drop_database
from tests.services.servers import Server
from tests.starting import BUSY_SECONDS, StartSite


@contextmanager
def somebody_writes(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def assert_unavailable(answer: TestResponse) -> None:
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "busy or being repaired" in answer.text
    assert answer.headers["X-Request-Id"] in answer.text


def test_a_database_that_is_gone_is_said_in_every_part(
    start_site: StartSite, postgres_database: Callable[[str], str], postgres_server: Server
) -> None:
    url = postgres_database("going_away")
    browser = start_site(url)
    token = browser.token()
    assert browser.get("/admin/").status_code == 200

    drop_database(postgres_server, str(make_url(url).database))

    for place in ("/", "/admin/", "/admin/posts/", "/account", "/login", "/no-such-page"):
        assert_unavailable(browser.get(place))
    assert_unavailable(browser.client.post("/admin/tags/new/", data={"csrf_token": token, "name": "Harbour"}))


def test_a_form_that_waited_in_vain_for_another_writer_may_be_sent_again(start_site: StartSite, tmp_path: Path) -> None:
    browser = start_site(f"sqlite:///{tmp_path / 'site.db'}")
    token = browser.token()

    with somebody_writes(tmp_path / "site.db"):
        began = time.monotonic()
        answer = browser.client.post("/admin/tags/new/", data={"csrf_token": token, "name": "Harbour"})
        waited = time.monotonic() - began

    assert_unavailable(answer)
    assert waited < 2 * BUSY_SECONDS
    assert browser.post("/admin/tags/new/", {"name": "Harbour"}).status_code == 302


def test_a_reader_does_not_wait_for_a_writer_to_be_noted_as_seen(
    start_site: StartSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = start_site(f"sqlite:///{tmp_path / 'site.db'}")
    later = passing_time(browser.app, monkeypatch)
    seen = "SELECT last_seen_at FROM user_sessions"
    with closing(sqlite3.connect(tmp_path / "site.db")) as reader:
        before = reader.execute(seen).fetchone()
        browser.get("/account")

        later(timedelta(minutes=2))
        with somebody_writes(tmp_path / "site.db"):
            began = time.monotonic()
            assert browser.get("/account").status_code == 200
            waited = time.monotonic() - began
        noted_while_busy = reader.execute(seen).fetchone()
        later(timedelta(minutes=2))
        browser.get("/account")
        noted_afterwards = reader.execute(seen).fetchone()

    assert waited < BUSY_SECONDS / 2
    assert noted_while_busy == before
    assert noted_afterwards > before
