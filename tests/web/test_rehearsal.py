"""Staging: everything says that it is not the site itself, no search engine keeps it, and it writes to nobody."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from cms import create_app
from cms.extensions import db
from tests.browser import Browser
from tests.factories import Make

BANNER = "This is a rehearsal of the site, not the site itself."


@pytest.fixture
def rehearsal(monkeypatch: pytest.MonkeyPatch, app: Flask, clean: None, tmp_path: Path) -> Iterator[Browser]:
    """On the same data."""
    settings = {
        "CMS_SECRET_KEY": "qX7-mW2_fT9.kB4~hR8!zL5@vN3#pD6$",
        "CMS_BASE_URL": "http://localhost",
        "CMS_DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "CMS_INSTANCE": str(tmp_path),
        "CMS_MAIL_URL": "smtp://mail.example:2525",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    started = create_app("staging")
    yield Browser(started)
    with started.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("path", ["/", "/no-such-page", "/login", "/account", "/admin/", "/admin/no-such-thing"])
def test_every_page_says_that_it_is_a_rehearsal(rehearsal: Browser, session: Session, make: Make, path: str) -> None:
    owner = make.owner()
    session.commit()
    if path != "/login":
        rehearsal.sign_in(owner)

    assert BANNER in rehearsal.get(path).text


def test_the_site_itself_says_nothing_of_a_rehearsal(browser: Browser, session: Session, make: Make) -> None:
    owner = make.owner()
    session.commit()
    browser.sign_in(owner)

    for path in ("/", "/account", "/admin/"):
        assert "rehearsal" not in browser.get(path).text


@pytest.mark.parametrize("path", ["/", "/no-such-page", "/login", "/admin/", "/media/1/0/none.png", "/feed.atom"])
def test_no_search_engine_keeps_any_answer_of_a_rehearsal(rehearsal: Browser, path: str) -> None:
    assert rehearsal.get(path).headers["X-Robots-Tag"] == "noindex, nofollow"


def test_a_test_mail_that_is_held_back_is_not_said_to_be_sent(rehearsal: Browser, session: Session, make: Make) -> None:
    owner = make.owner()
    session.commit()
    rehearsal.sign_in(owner)

    assert "mail is printed to the log" in rehearsal.get("/admin/settings/").text
    page = rehearsal.post("/admin/settings/test-mail", follow_redirects=True).text

    assert "was sent to" not in page
    assert "The test mail was printed to the log" in page
