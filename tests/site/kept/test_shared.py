"""Machines with one database and one Redis share what they keep, and do without either while it is away."""

import hashlib
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace

import pytest
import redis
from flask import Flask, request
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from cms import create_app
from cms.extensions import db
from cms.posts.lifecycle import PUBLISHED
from cms.posts.models import Edition
from cms.site.kept.page import KeptPage
from cms.site.kept.shared import Shared
from tests.browser import Browser
from tests.door import Door, door_to
from tests.factories import Make
from tests.site.kept.test_shelf import page

NewMachine = Callable[..., Browser]
PATH = "/posts/it"
ON_A_SERVER = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def new_machine(clean: None, database_url: str, tmp_path_factory, monkeypatch) -> Iterator[NewMachine]:
    """Starts the application with a folder of its own."""
    started: list[Flask] = []

    def start(redis_url: str | None = None, database: str = database_url) -> Browser:
        monkeypatch.setenv("CMS_DATABASE_URL", database)
        monkeypatch.setenv("CMS_INSTANCE", str(tmp_path_factory.mktemp("machine")))
        monkeypatch.setenv("CMS_SECRET_KEY", "the same on every machine of this site, and long")
        monkeypatch.setenv("CMS_BASE_URL", "http://localhost")
        if redis_url:
            monkeypatch.setenv("CMS_REDIS_URL", redis_url)
        started.append(create_app("testing"))
        return Browser(started[-1])

    yield start
    for app in started:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def redis_door(redis_url: str) -> Iterator[Door]:
    url = make_url(redis_url)
    with door_to((url.host or "", url.port or 6379)) as door:
        yield door


@pytest.fixture
def database_door(database_url: str) -> Iterator[Door]:
    url = make_url(database_url)
    folder, port = url.query.get("host"), url.port or url.query.get("port") or 5432
    with door_to(f"{folder}/.s.PGSQL.{port}" if folder else (url.host or "", int(str(port)))) as door:
        yield door


@pytest.fixture
def post(session: Session, make: Make) -> None:
    make.post(slug="it", title="The tide clock", status=PUBLISHED)
    session.commit()


def misses(browser: Browser) -> list[str]:
    """The addresses that Flask was asked for from now on."""
    asked: list[str] = []
    browser.app.before_request_funcs.setdefault(None, []).insert(0, lambda: asked.append(_path()))
    return asked


def _path() -> str:
    return request.path


def retitle(session: Session, title: str) -> None:
    session.query(Edition).update({"title": title})
    session.commit()


@pytest.mark.usefixtures("post")
def test_a_page_is_made_on_one_machine_for_all(new_machine: NewMachine, redis_url: str, session: Session) -> None:
    first, second = new_machine(redis_url), new_machine(redis_url)
    asked = misses(second)

    made, found = first.get(PATH), second.get(PATH)

    assert made.data == found.data
    assert "The tide clock" in found.text
    assert asked == []
    retitle(session, "Spring tide")
    assert "Spring tide" in second.get(PATH).text
    assert asked == [PATH]
    assert "Spring tide" in first.get(PATH).text


@pytest.mark.usefixtures("post")
def test_a_page_of_somebody_else_is_none(new_machine: NewMachine, redis_url: str) -> None:
    new_machine(redis_url).get(PATH)
    with redis.Redis.from_url(redis_url) as client:
        (name,) = [name for name in client.scan_iter("copydesk:pages:*") if not name.endswith(b":bytes")]
        client.set(name, client.get(name).replace(b"The tide clock", b"The evil clock"))
    second = new_machine(redis_url)
    asked = misses(second)

    assert "The tide clock" in second.get(PATH).text
    assert asked == [PATH]


def put(shared: Shared, key: str, page: KeptPage) -> None:
    with shared.turn(key, page.generation, lambda: page.generation) as turn:
        turn.keep(page)


def found(shared: Shared, key: str, generation: int = 1) -> KeptPage | None:
    with shared.turn(key, generation, lambda: generation) as turn:
        return turn.found


def test_another_release_secret_or_generation_finds_nothing(redis_url: str) -> None:
    one = Shared(redis_url, "release", "secret")
    put(one, "/posts/it?", page())

    assert found(one, "/posts/it?") == page()
    assert found(Shared(redis_url, "release", "secret"), "/posts/it?") == page()
    assert found(one, "/posts/it?", generation=2) is found(one, "/other?") is None
    assert found(Shared(redis_url, "other", "secret"), "/posts/it?") is None
    assert found(Shared(redis_url, "release", "other"), "/posts/it?") is None


def test_whoever_waits_gets_what_is_made_meanwhile_of_whichever_generation(redis_url: str) -> None:
    maker, waiter = Shared(redis_url, "release", "secret"), Shared(redis_url, "release", "secret")
    with ThreadPoolExecutor(1) as beside:
        with maker.turn("/posts/it?", 1, lambda: 1) as turn:
            assert turn.found is None
            waiting = beside.submit(lambda: _found_at(waiter, 1, lambda: 2))
            wait([waiting], timeout=0.1)
            assert not waiting.done()
            turn.keep(page(generation=2))
        assert waiting.result() == page(generation=2)


def _found_at(shared: Shared, generation: int, later: Callable[[], int]) -> KeptPage | None:
    with shared.turn("/posts/it?", generation, later) as turn:
        return turn.found


def test_a_turn_without_a_page_is_given_on_at_once(redis_url: str) -> None:
    shared = Shared(redis_url, "release", "secret")
    assert found(shared, "/posts/it?") is None

    with redis.Redis.from_url(redis_url) as client:
        assert list(client.scan_iter("*")) == []


def test_a_page_is_there_no_longer_than_it_shows_the_same(redis_url: str) -> None:
    shared = Shared(redis_url, "release", "secret")
    put(shared, "/posts/it?", replace(page(), since=1000.0, until=1030.0))

    with redis.Redis.from_url(redis_url) as client:
        (name,) = client.scan_iter("copydesk:pages:release:1:*")
        assert 0 < client.pttl(name) <= 30_000


def test_redis_is_filled_no_further_than_its_share(redis_url: str) -> None:
    signed = hashlib.sha256().digest_size
    shared = Shared(redis_url, "release", "secret", most_bytes=int((len(page().dump()) + signed) * 2.5))
    for number in range(4):
        put(shared, f"/{number}?", page())

    assert [found(shared, f"/{number}?") is not None for number in range(4)] == [True, True, False, False]
    with redis.Redis.from_url(redis_url) as client:
        assert all(0 < client.ttl(name) <= 600 for name in client.scan_iter("*"))


def test_a_redis_that_takes_nothing_more_is_done_without(redis_url: str) -> None:
    """As one that is full, or cannot write its file: it answers, and refuses. Nobody waits for what was not put."""
    with redis.Redis.from_url(redis_url) as client:
        client.rpush("copydesk:pages:release:bytes", "no number")
        put(Shared(redis_url, "release", "secret"), "/posts/it?", page())
        assert not list(client.scan_iter("*:lock:*"))

    assert found(Shared(redis_url, "release", "secret"), "/posts/it?") is None


def test_a_lock_that_outlived_its_holder_is_no_error_and_not_taken_from_whoever_has_it(redis_url: str) -> None:
    shared = Shared(redis_url, "release", "secret")
    with shared.turn("/posts/it?", 1, lambda: 1), redis.Redis.from_url(redis_url) as client:
        (lock,) = client.scan_iter("*:lock:*")
        client.set(lock, "of another")

    with redis.Redis.from_url(redis_url) as client:
        assert client.get(lock) == b"of another"


@pytest.mark.usefixtures("post")
def test_without_redis_pages_are_made_and_kept_by_each(
    new_machine: NewMachine, redis_url: str, redis_door: Door, session: Session, caplog
) -> None:
    browser = new_machine(str(make_url(redis_url).set(port=redis_door.port)))
    browser.get(PATH)
    redis_door.shut()
    retitle(session, "Spring tide")
    asked = misses(browser)

    with caplog.at_level(logging.WARNING):
        answers = [browser.get(PATH) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert "Spring tide" in answers[0].text
    assert asked == [PATH]
    assert caplog.text.count("Redis is away") == 1


@ON_A_SERVER
@pytest.mark.usefixtures("post")
def test_without_the_database_kept_pages_are_sent_and_others_wait(
    new_machine: NewMachine, database_url: str, database_door: Door, session: Session
) -> None:
    browser = new_machine(database=_through(database_door, database_url))
    browser.get(PATH)

    database_door.shut()
    kept, other = browser.get(PATH), browser.get("/archive/2026/01")
    database_door.open()

    assert (kept.status_code, other.status_code) == (200, 503)
    assert "Retry-After" in other.headers
    retitle(session, "Spring tide")
    assert "Spring tide" in browser.get(PATH).text


@ON_A_SERVER
@pytest.mark.usefixtures("post")
def test_a_database_that_was_started_again_is_asked_at_once(
    new_machine: NewMachine, database_url: str, database_door: Door, session: Session
) -> None:
    browser = new_machine(database=_through(database_door, database_url))
    browser.get(PATH)

    database_door.cut()
    retitle(session, "Spring tide")

    assert "Spring tide" in browser.get(PATH).text


def _through(door: Door, url: str) -> str:
    away = make_url(url).set(host="127.0.0.1", port=door.port).difference_update_query(["host", "port"])
    return away.render_as_string(hide_password=False)
