"""What Prometheus is told, and who else may read it: whoever has the token, or is on this machine."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from cms.core.generation import grow
from cms.jobs import actions as jobs
from cms.posts.models import Post
from cms.web import mailing, meters
from cms.web.worker import drain
from tests.browser import Browser
from tests.conftest import NOON
from tests.exposition import counted_in
from tests.factories import Make
from tests.site.commenting import Send

TOKEN = "a-token-of-more-than-twenty-characters"
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture(autouse=True)
def counted_anew(app: Flask, clean: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """From 0, with a token."""
    monkeypatch.setitem(app.extensions, meters.REGISTRY, meters.Meters())
    found = app.extensions["copydesk"]
    config = replace(found.config, metrics_token=TOKEN)
    monkeypatch.setitem(app.extensions, "copydesk", replace(found, config=config))


def told(browser: Browser) -> dict[str, float]:
    answer = browser.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=")
    return counted_in(answer.text)


def ask(browser: Browser, *, elsewhere: bool = True, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return browser.get("/metrics", headers=named, environ_overrides=ELSEWHERE if elsewhere else {})


def test_from_elsewhere_the_token_opens_it_and_nothing_else(browser: Browser) -> None:
    assert ask(browser, Authorization=f"Bearer {TOKEN}").status_code == 200

    assert ask(browser).status_code == 404
    for other in (TOKEN, f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN} ", "Bearer ", f"Basic {TOKEN}", "Bearer ümlaut"):
        assert ask(browser, Authorization=other).status_code == 404
    assert browser.get(f"/metrics?token={TOKEN}", environ_overrides=ELSEWHERE).status_code == 404


def test_without_a_token_it_opens_to_nobody_from_elsewhere(browser: Browser, app: Flask) -> None:
    found = app.extensions["copydesk"]
    app.extensions["copydesk"] = replace(found, config=replace(found.config, metrics_token=None))

    for given in ("Bearer None", "Bearer ", "Bearer"):
        assert ask(browser, Authorization=given).status_code == 404


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "X-Real-Ip", "Via"]
)
def test_what_a_proxy_on_this_machine_passes_on_is_from_elsewhere(browser: Browser, header: str) -> None:
    assert browser.get("/metrics").status_code == 200
    assert browser.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


def test_requests_are_counted_by_endpoint_and_not_by_address(browser: Browser) -> None:
    for path in ("/search?q=a", "/search?q=b", "/no/such/page", "/admin/posts/"):
        browser.get_unkept(path)
    browser.client.open("/search", method="BREW")

    found = told(browser)

    def of(endpoint: str, method: str, status: str) -> float:
        return found[f"copydesk_requests_total{dict(endpoint=endpoint, method=method, status=status)}"]

    assert of("site.search", "GET", "200") == 2
    assert of("site.page", "GET", "404") == 1
    assert of("admin_posts.index_view", "GET", "302") == 1
    assert (
        sum(value for name, value in found.items() if name.startswith("copydesk_requests_total") and "'other'" in name)
        == 1
    )
    assert found["copydesk_request_seconds_count{'endpoint': 'site.search'}"] == 2
    assert found["copydesk_queries_total"] > 2
    assert "no/such" not in str(found)
    assert "BREW" not in str(found)


def test_kept_pages_are_counted_in_front_of_flask(
    browser: Browser, session: Session, publish: Callable[..., Post]
) -> None:
    path = f"/posts/{publish(slug=uuid4().hex).slug}"  # what no earlier test can have kept
    session.commit()

    first = browser.get(path)
    browser.get(path)
    browser.get(path, headers={"If-None-Match": first.headers["ETag"]})
    grow(session.connection())
    session.commit()
    browser.get(path)

    found = told(browser)
    assert found["copydesk_kept_misses_total"] == found["copydesk_kept_renewals_total"] == 1
    assert found["copydesk_kept_answers_total{'outcome': 'page'}"] == 3
    assert found["copydesk_kept_answers_total{'outcome': 'not_modified'}"] == 1


def test_what_goes_wrong_is_counted(app: Flask, browser: Browser, session: Session, make: Make, send: Send) -> None:
    person = make.user()
    session.commit()
    browser.client.post("/login", data={"csrf_token": browser.token(), "email": person.email, "password": "wrong"})
    send()
    with app.app_context():
        mailing.post(["a@example.com"], "Hello", "…")
        mailing.db.session.commit()
    jobs.add(session, "from.tomorrow", {}, at=NOON)
    session.commit()
    drain(app)

    found = told(browser)
    assert found["copydesk_sign_ins_failed_total"] == 1
    assert found["copydesk_comments_held_total"] == found["copydesk_comments_waiting"] == 1
    assert found["copydesk_mail_total{'outcome': 'sent'}"] >= 1
    assert found["copydesk_jobs_total{'name': 'unknown', 'outcome': 'not_done'}"] == 1
    assert found["copydesk_jobs_waiting"] == 1
    assert found["copydesk_database_up"] == 1
    assert found["copydesk_database_connections"] >= 0
