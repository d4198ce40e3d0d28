"""One line for each request, with what it cost; a slow one says what it asked the database, and nobody's values."""

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from cms.accounts.actions import tokens
from cms.web.secret_addresses import is_secret
from tests.api.program import Program, program_of
from tests.browser import Browser
from tests.factories import Make
from tests.forms import untouched


@pytest.fixture
def slow_from(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def _from(milliseconds: int) -> None:
        found = app.extensions["copydesk"]
        config = replace(found.config, slow_milliseconds=milliseconds)
        monkeypatch.setitem(app.extensions, "copydesk", replace(found, config=config))

    return _from


def lines(caplog: pytest.LogCaptureFixture, message: str = "request") -> list[dict[str, Any]]:
    return [vars(record) for record in caplog.records if record.getMessage() == message]


def test_a_request_is_a_line_with_its_cost(
    browser: Browser, make: Make, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    owner = make.owner()
    session.commit()
    browser.sign_in(owner)
    caplog.clear()

    answer = browser.get("/admin/posts/?search=canary")

    [line] = lines(caplog)
    assert (line["method"], line["path"], line["status"], line["user"]) == ("GET", "/admin/posts/", 200, owner.id)
    assert 0 < line["queries"] < 30
    assert 0 < line["query_ms"] < line["ms"]
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert "canary" not in caplog.text


def test_a_preview_of_the_look_is_one_line_and_no_fault(
    browser: Browser, make: Make, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    owner = make.owner()
    session.commit()
    form = untouched(browser.sign_in(owner).get("/admin/settings/appearance/").text)
    caplog.clear()

    browser.post("/admin/settings/preview/home", form)

    [line] = lines(caplog)
    assert (line["path"], line["status"]) == ("/admin/settings/preview/home", 200)
    assert line["queries"] > 0


def test_a_line_knows_whose_program_asked(
    app: Flask, session: Session, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    author = make.author()
    program = program_of(app, session, author)

    program.get("/tokens/self")
    Program(app, "cds_nobody").get("/tokens/self")

    assert [(line["status"], line["user"]) for line in lines(caplog)] == [(200, author.id), (401, None)]
    assert str(program.token) not in caplog.text


def test_a_line_knows_refusals_strangers_and_methods_that_nobody_has(
    browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    browser.client.open("/admin/posts/", method="BREW")
    browser.get("/admin/posts/")

    assert [(line["method"], line["status"], line["user"]) for line in lines(caplog)] == [
        ("other", 405, None),
        ("GET", 302, None),
    ]


@pytest.mark.parametrize("address", ["/reset/{}", "/reset/{}/", "/reset/{}.", "/resett/{}", "/search?q={}", "/?t={}"])
def test_what_opens_a_door_is_in_no_line(
    browser: Browser,
    make: Make,
    session: Session,
    now: datetime,
    caplog: pytest.LogCaptureFixture,
    slow_from: Callable[[int], None],
    address: str,
) -> None:
    secret = tokens.issue_reset(session, make.user(), at=datetime.now(now.tzinfo))
    session.commit()
    slow_from(1)

    browser.get_unkept(address.format(secret))

    told = lines(caplog) + lines(caplog, "slow request")
    assert told
    assert secret not in str(told)


def test_no_link_of_a_mail_is_in_any_line(app: Flask, browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever its rule calls what it holds."""
    secret = [rule for rule in app.url_map.iter_rules() if is_secret(app, rule.endpoint)]
    assert len(secret) >= 5
    for rule in secret:
        browser.get(re.sub("<[^>]+>", "tide-clock", rule.rule))
        assert lines(caplog)[-1]["path"] == rule.rule


@pytest.mark.parametrize("path", ["/posts/a-review-of-harbour-2026", "/no-such-page-of-2026-that-one-could-see"])
def test_addresses_that_lead_nowhere_can_still_be_read(
    browser: Browser, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    browser.get(path)

    assert lines(caplog)[-1]["path"] == path


def test_a_slow_request_tells_its_statements_without_values(
    browser: Browser,
    make: Make,
    session: Session,
    caplog: pytest.LogCaptureFixture,
    slow_from: Callable[[int], None],
) -> None:
    owner = make.owner()
    session.commit()
    browser.sign_in(owner)
    slow_from(1)
    caplog.clear()

    browser.get("/admin/posts/?search=canary")

    [line] = lines(caplog, "slow request")
    assert line["levelno"] == logging.WARNING
    assert sum(each["times"] for each in line["statements"]) == line["queries"]
    assert any("FROM posts" in each["statement"] for each in line["statements"])
    assert line["statements"][0]["ms"] >= line["statements"][-1]["ms"]
    assert "canary" not in str(line["statements"])
    assert not lines(caplog)


def test_nothing_is_slow_where_that_is_switched_off(
    browser: Browser, caplog: pytest.LogCaptureFixture, slow_from: Callable[[int], None]
) -> None:
    slow_from(0)
    browser.get_unkept("/")

    assert lines(caplog)
    assert not lines(caplog, "slow request")


def test_whoever_asks_every_second_fills_no_log(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    browser.get("/healthz")

    assert not lines(caplog)
