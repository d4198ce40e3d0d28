"""Deployment settings: what is read, what is made up, and what is refused with the sentence that mends it."""

import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

import config
from cms import create_app
from cms.extensions import db
from cms.web import mailing
from config import ConfigError, load

GOOD_SECRET = "Tq8-zVw2_LkR5nYxB7mJdF3hGc9sPa4eUo6i"
STRONG = {"CMS_SECRET_KEY": GOOD_SECRET, "CMS_BASE_URL": "https://www.example.com"}
PUBLIC = ("staging", "production")


@pytest.fixture(autouse=True)
def _instance_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And no `.env` but the one that a test writes."""
    monkeypatch.setenv("CMS_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setattr(config, "ROOT", tmp_path)


def give(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("env", PUBLIC)
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"CMS_SECRET_KEY": ""}, "CMS_SECRET_KEY is not set. Make one with:"),
        ({"CMS_SECRET_KEY": "   "}, "CMS_SECRET_KEY is not set. Make one with:"),
        ({"CMS_SECRET_KEY": GOOD_SECRET[:31]}, "CMS_SECRET_KEY is shorter than 32 characters. Make one with:"),
        ({"CMS_SECRET_KEY": "changeme" + GOOD_SECRET}, "CMS_SECRET_KEY is a known or guessable value. Make one with:"),
        ({"CMS_SECRET_KEY": "x" * 64}, "CMS_SECRET_KEY is a known or guessable value. Make one with:"),
        ({"CMS_BASE_URL": ""}, "CMS_BASE_URL is not set. Set it to the address of the site"),
        ({"CMS_BASE_URL": "www.example.com"}, "CMS_BASE_URL must be an address such as"),
        ({"CMS_BASE_URL": "https://www.example.com:https"}, "CMS_BASE_URL must be an address such as"),
        ({"CMS_BASE_URL": "https://[broken"}, "CMS_BASE_URL must be an address such as"),
        ({"CMS_BASE_URL": "http://www.example.com"}, "CMS_BASE_URL must begin with https://: passwords and cookies"),
        ({"CMS_STORAGE_URL": "s3://bucket"}, "CMS_STORAGE_URL must begin with file:///."),
        ({"CMS_STORAGE_URL": "file://elsewhere/media"}, "CMS_STORAGE_URL must begin with file:///."),
        ({"CMS_LOG_FILE": "/nonexistent/x.log"}, "CMS_LOG_FILE cannot be written: there is no folder /nonexistent."),
        ({"CMS_METRICS_TOKEN": "short"}, "CMS_METRICS_TOKEN is shorter than 20 characters."),
        ({"CMS_BROKER_URL": "http://here"}, "CMS_BROKER_URL must begin with redis:// or amqp://."),
        ({"CMS_REDIS_URL": "localhost:6379"}, "CMS_REDIS_URL must begin with redis://, rediss:// or unix://."),
        ({"CMS_LIMITS": "off"}, "CMS_LIMITS=off is only for development and testing. Remove it."),
        ({"CMS_PRIVATE_HOOKS": "allow"}, "CMS_PRIVATE_HOOKS=allow is only for development and testing. Remove it."),
        ({"CMS_DATABASE_URL": "mysql://here/cms"}, "CMS_DATABASE_URL must begin with sqlite:/// or postgresql://."),
        ({"CMS_STORED_PAGES": "run/pages"}, "CMS_STORED_PAGES must be a whole path, such as /run/copydesk/pages."),
        ({"CMS_READS_LOG": "run/reads.log"}, "CMS_READS_LOG must be a whole path, such as /run/copydesk-reads/"),
        ({"CMS_READS_LOG": "/run/reads.log"}, "CMS_READS_LOG tells of pages from disk: it needs CMS_STORED_PAGES."),
        ({"CMS_TRUSTED_PROXIES": "one"}, "CMS_TRUSTED_PROXIES must be 0 or a larger whole number."),
        ({"CMS_TRUSTED_PROXIES": "-1"}, "CMS_TRUSTED_PROXIES must be 0 or a larger whole number."),
    ],
)
def test_a_public_site_refuses_what_is_unsafe_and_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, env: str, change: dict[str, str], sentence: str
) -> None:
    give(monkeypatch, STRONG | change)

    with pytest.raises(ConfigError) as refused:
        load(env)
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize("env", PUBLIC)
def test_a_public_site_with_a_strong_secret_and_an_address_starts(monkeypatch: pytest.MonkeyPatch, env: str) -> None:
    give(monkeypatch, STRONG)
    found = load(env)

    assert (found.secret_key, found.base_url, found.is_https) == (GOOD_SECRET, "https://www.example.com", True)
    assert (found.is_public, found.limits) == (True, True)


def test_the_example_names_every_setting_and_no_other() -> None:
    root = Path(__file__).parents[1]
    read = re.findall(r'(?:_text|_whole)\(read, "([A-Z_]+)"', (root / "config.py").read_text())
    named = re.findall(r"^CMS_([A-Z_]+)=", (root / ".env.example").read_text(), re.MULTILINE)

    assert sorted(named) == sorted(set(read))


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000"])
def test_a_public_site_may_be_tried_without_https_where_no_network_is_between(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    give(monkeypatch, STRONG | {"CMS_BASE_URL": f"http://{host}"})

    assert load("production").base_url == f"http://{host}"


def test_the_command_line_refuses_an_unsafe_production_in_one_line(tmp_path: Path) -> None:
    environment = {**os.environ, "CMS_ENV": "production", "CMS_INSTANCE": str(tmp_path), "CMS_NO_VENV": "1"}
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        cwd=Path(__file__).parents[1],
        env={**environment, "CMS_SECRET_KEY": "short", "CMS_BASE_URL": "https://www.example.com"},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("Error: CMS_SECRET_KEY is shorter than 32 characters.")
    assert done.stderr.count("\n") == 1


def test_an_unknown_environment_is_refused_with_the_four_that_there_are() -> None:
    with pytest.raises(ConfigError, match="development, testing, staging, production"):
        load("prod")


def test_the_env_file_fills_in_what_the_environment_does_not_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("CMS_BASE_URL=https://file.example\nCMS_TRUSTED_PROXIES=2\n")
    monkeypatch.setenv("CMS_BASE_URL", "https://environment.example/")
    found = load("development")

    assert (found.base_url, found.trusted_proxies) == ("https://environment.example", 2)


def test_the_env_file_may_choose_the_environment(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CMS_ENV=testing\n")

    assert load().env == "testing"


def test_tests_do_not_read_the_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CMS_DATABASE_URL=postgresql://localhost/precious\n")

    assert load("testing").database_url.startswith("sqlite:///")


def test_the_generated_secret_is_kept_for_its_owner_only(tmp_path: Path) -> None:
    first = load("development").secret_key
    path = tmp_path / "instance" / "secret_key"

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.read_text() == first == load("development").secret_key
    assert len(first) >= config.MINIMUM_SECRET
    assert list(path.parent.iterdir()) == [path]


def test_processes_that_race_for_the_secret_get_the_same(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys, config; sys.stdin.read(); print(config.load('testing').secret_key)"]
    options = {"cwd": Path(__file__).parents[1], "stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    racers = [subprocess.Popen(command, **options) for _racer in range(4)]
    for racer in racers:
        racer.stdin.close()  # they are waiting for this
        racer.stdin = None

    secrets = {racer.communicate(timeout=60)[0].strip() for racer in racers}
    assert secrets == {(tmp_path / "instance" / "secret_key").read_text()}


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://u:p@db/cms", "postgresql+psycopg://u:p@db/cms"),
        ("postgres://u:p@db/cms", "postgresql+psycopg://u:p@db/cms"),
        ("postgresql+psycopg://u:p@db/cms", "postgresql+psycopg://u:p@db/cms"),
        ("sqlite:////srv/cms.db", "sqlite:////srv/cms.db"),
    ],
)
def test_every_spelling_of_a_database_address_is_taken(monkeypatch: pytest.MonkeyPatch, given: str, used: str) -> None:
    monkeypatch.setenv("CMS_DATABASE_URL", given)

    assert load("development").database_url == used


def test_no_database_address_means_a_file_in_the_instance(tmp_path: Path) -> None:
    assert load("development").database_url == f"sqlite:///{tmp_path / 'instance' / 'copydesk.db'}"


@pytest.mark.usefixtures("engine")  # closes what making the application opened
def test_the_application_that_tests_share_leaves_its_settings_to_nobody(app: Flask) -> None:
    assert load("development").database_url != app.config["SQLALCHEMY_DATABASE_URI"]
    assert load("development").base_url != "http://localhost"


def test_staging_holds_mail_back_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, STRONG | {"CMS_MAIL_URL": "smtp://u:p%40ss@mail.example:2525"})
    held = mailing.mail_settings(load("staging"))
    monkeypatch.setenv("CMS_STAGING_MAIL", "send")
    sent = mailing.mail_settings(load("staging"))

    assert held["MAIL_BACKEND"] == "console"
    assert (sent["MAIL_BACKEND"], sent["MAIL_SERVER"], sent["MAIL_PORT"]) == ("smtp", "mail.example", 2525)
    assert (sent["MAIL_PASSWORD"], sent["MAIL_USE_TLS"]) == ("p@ss", True)


@pytest.mark.parametrize("url", ["pigeon://roof", "smtp://mail.example:notaport", "smtp://[broken"])
def test_a_mail_address_nobody_can_use_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("CMS_MAIL_URL", url)

    with pytest.raises(ConfigError, match="CMS_MAIL_URL"):
        mailing.mail_settings(load("development"))


@pytest.fixture
def staging(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Flask]:
    """A migrated staging site; its tables are made as an operator would."""
    give(monkeypatch, STRONG | {"CMS_ENV": "staging"})
    done = subprocess.run(
        [sys.executable, "manage.py", "db", "upgrade"],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "CMS_NO_VENV": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    app = create_app("staging")
    yield app
    with app.app_context():
        db.engine.dispose()


def test_staging_shows_a_banner_and_asks_not_to_be_indexed(staging: Flask) -> None:
    page = staging.test_client().get("/", base_url="https://www.example.com")
    robots = staging.test_client().get("/robots.txt", base_url="https://www.example.com")

    assert page.status_code == 200
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "noindex" in page.text
    assert "rehearsal" in page.text
    assert "Disallow: /\n" in robots.text
