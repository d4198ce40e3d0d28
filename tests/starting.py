"""Sites with a database of their own, for tests that take it away or keep it busy."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from cms import create_app
from cms.core import db as core
from cms.extensions import db
from tests.browser import Browser
from tests.conftest import NOON
from tests.factories import Make

BUSY_SECONDS = 1.0
StartSite = Callable[[str], Browser]


@pytest.fixture
def start_site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[StartSite]:
    """An owner signed in on a site with a database of its own, which waits a second for whoever writes."""
    apps: list[Flask] = []

    def start(url: str) -> Browser:
        monkeypatch.setattr(core, "BUSY_MILLISECONDS", int(BUSY_SECONDS * 1000))
        monkeypatch.setenv("CMS_INSTANCE", str(tmp_path / "instance"))
        monkeypatch.setenv("CMS_DATABASE_URL", url)
        monkeypatch.setenv("CMS_BASE_URL", "http://localhost")
        app = create_app("testing")
        apps.append(app)
        with app.app_context(), Session(db.engine, expire_on_commit=False) as session:
            owner = Make(session, NOON).owner()
            session.commit()
        return Browser(app).sign_in(owner)

    yield start
    for app in apps:
        with app.app_context():
            db.engine.dispose()
