"""Health checks of a public site, as a balancer makes them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from cms import create_app
from cms.extensions import db
from tests.browser import Browser


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch, app: Flask, clean: None, tmp_path: Path) -> Iterator[Browser]:
    """In production, behind a proxy."""
    settings = {
        "CMS_SECRET_KEY": "qX7-mW2_fT9.kB4~hR8!zL5@vN3#pD6$",
        "CMS_BASE_URL": "https://www.example.com",
        "CMS_DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "CMS_INSTANCE": str(tmp_path),
        "CMS_TRUSTED_PROXIES": "1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    started = create_app("production")
    yield Browser(started)
    with started.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("asked", ["http://127.0.0.1:8000", "http://10.0.0.7", "http://www.example.com"])
def test_a_balancer_asks_a_process_by_its_number(public: Browser, asked: str, path: str) -> None:
    assert public.get(path, base_url=asked).status_code == 200


@pytest.mark.parametrize("path", ["/", "/healthz/", "/healthz/x", "/admin/"])
def test_nothing_else_is_answered_under_another_name(public: Browser, path: str) -> None:
    assert public.get(path, base_url="https://127.0.0.1").status_code == 400
    assert public.get(path, base_url="http://www.example.com").location == f"https://www.example.com{path}"


def test_a_public_site_changes_nothing_for_another_in_this_process(public: Browser, app: Flask) -> None:
    assert Browser(app).get("/").status_code == 200
