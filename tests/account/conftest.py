"""What tests of signing in need beside a browser: a person, the mail that was sent, and time that passes."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from argon2 import low_level
from flask import Flask
from flask_mailman import EmailMessage
from sqlalchemy.orm import Session

from cms import create_app
from cms.accounts.actions.sessions import note_seen
from cms.accounts.models import User
from cms.extensions import db
from cms.settings.models import SettingValue
from tests.browser import Browser
from tests.conftest import NOON
from tests.factories import Make
from tests.listening import Hashing, cost_of, listen

Later = Callable[[timedelta], None]
Another = Callable[[], Browser]
StartedAgain = Callable[[str], Browser]
SetSetting = Callable[[str, Any], None]


class Outbox:
    """Mail that was sent in this test, the last at the end."""

    def __init__(self, sent: list[EmailMessage]) -> None:
        self.sent = sent

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.sent if mail.to == [address]]

    def link_to(self, address: str) -> str:
        """The path of the first link in the last mail to somebody."""
        found = re.search(r"http://localhost(/\S+)", self.to(address)[-1].body)
        assert found
        return found[1]


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


@pytest.fixture
def person(session: Session, make: Make) -> User:
    person = make.user("editor")
    session.commit()
    return person


@pytest.fixture
def signed(browser: Browser, person: User) -> Browser:
    """Signed in as this person."""
    return browser.sign_in(person)


@pytest.fixture
def outbox(app: Flask) -> Iterator[Outbox]:
    state = app.extensions["mailman"]
    state.outbox = []
    yield Outbox(state.outbox)
    state.outbox = []


@pytest.fixture
def later(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Later]:
    """`later(timedelta(hours=3))`: from now on it is that much later than it is."""
    seen = app.extensions["copydesk_seen"]
    seen.__init__(note_seen)  # nobody: other tests have noted people, and at other times
    yield passing_time(app, monkeypatch)
    seen.__init__(note_seen)


def passing_time(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Later:
    """`later` for an application that a test made itself."""
    clock = app.extensions["copydesk"].clock
    real, passed = clock.now, [timedelta(0)]

    def pass_time(span: timedelta) -> None:
        passed.append(span)
        monkeypatch.setattr(clock, "now", lambda: real() + sum(passed, timedelta(0)))

    return pass_time


@pytest.fixture
def another(app: Flask) -> Another:
    """Somebody else's browser, or one's own on another machine."""
    return lambda: Browser(app)


@pytest.fixture
def started_again(app: Flask, clean: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[StartedAgain]:
    """`started_again("https://example.com")`: a browser at a new application on the same data."""
    started = []

    def start(base_url: str) -> Browser:
        monkeypatch.setenv("CMS_DATABASE_URL", app.config["SQLALCHEMY_DATABASE_URI"])
        monkeypatch.setenv("CMS_INSTANCE", app.instance_path)
        monkeypatch.setenv("CMS_BASE_URL", base_url)
        started.append(create_app("testing"))
        return Browser(started[-1])

    yield start
    for application in started:
        with application.app_context():
            db.engine.dispose()


@pytest.fixture
def set_setting(session: Session) -> SetSetting:
    def write(key: str, value: Any) -> None:
        session.add(SettingValue(key=key, value=value, updated_at=NOON))
        session.commit()

    return write


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch) -> Hashing:
    """What argon2 really does from now on."""
    done: Hashing = []

    def hear_check(hash: bytes, secret: bytes, _type: low_level.Type) -> None:
        done.append((cost_of(hash.decode()), len(secret)))

    def hear_new(*, secret: bytes, **_cost: Any) -> None:
        done.append(("a new hash", len(secret)))

    listen(monkeypatch, low_level, "verify_secret", hear_check)
    listen(monkeypatch, low_level, "hash_secret", hear_new)
    return done
