"""Whoever is answered in front of Flask is counted as by Flask, and what is kept for them is bounded and covered."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from cms.api import limits
from cms.site.reads import reads_of
from cms.web import rates
from cms.web.rates import Counts, Rate
from cms.web.runtimes import runtime_of
from tests.api.program import Program
from tests.api.test_kept import ALL, OF_ONE_ANSWER, is_kept, told
from tests.browser import Browser
from tests.counting import counted
from tests.exposition import counted_in
from tests.unseen import unseen_in

pytestmark = pytest.mark.usefixtures("ids")


def test_every_answer_counts_once_however_it_came_about(stranger: Program, ids: dict[str, int]) -> None:
    post = f"/posts/{ids['post']}"
    tag = stranger.get(post).headers["ETag"]

    answers = [
        stranger.get(post),
        stranger.get(post, headers={"If-None-Match": tag}),
        stranger.ask("HEAD", post),
        stranger.get("/tags"),
        stranger.get_unkept(post),
        stranger.get("/posts/999999"),
        stranger.get("/posts?limit=0"),
        stranger.get("/nothing"),
        stranger.get(post, headers={"Origin": "https://app.example"}),
        stranger.get(post),
    ]

    assert [answer.status_code for answer in answers] == [200, 304, 200, 200, 200, 404, 422, 404, 200, 200]
    assert [int(answer.headers["RateLimit-Remaining"]) for answer in answers] == list(range(118, 108, -1))


def test_who_asks_too_often_gets_flasks_refusal_and_is_counted_once(
    app: Flask, stranger: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "STRANGERS", Rate("slow", 2, 3600))
    answers = [stranger.get("/posts", headers={"Accept-Language": "de"}) for _number in range(5)]
    german = stranger.get_unkept("/posts", headers={"Accept-Language": "de"})

    assert [answer.status_code for answer in answers] == [200, 200, 429, 429, 429]
    assert answers[4].json["error"]["code"] == german.json["error"]["code"] == "too_often"
    assert told(answers[4], but=OF_ONE_ANSWER | {"Retry-After", "Content-Length"}) == told(
        german, but=OF_ONE_ANSWER | {"Retry-After", "Content-Length"}
    )
    assert answers[4].headers["Retry-After"] == answers[4].headers["RateLimit-Reset"]
    counts: Counts = app.extensions[rates.REGISTRY]
    assert counts.add(limits.STRANGERS, "127.0.0.1", runtime_of(app).clock.now().timestamp()).used == 7


def test_a_network_is_one_stranger(stranger: Program) -> None:
    addresses = ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "::ffff:192.0.2.1", "192.0.2.1")
    answers = [stranger.get("/posts", environ_overrides={"REMOTE_ADDR": one}) for one in addresses]

    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["119", "118", "119", "119", "118"]


def test_processes_count_together_in_redis_and_alone_without_it(
    app: Flask, stranger: Program, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def remaining(url: str) -> str:
        monkeypatch.setitem(app.extensions, rates.REGISTRY, Counts(url))
        address = {"REMOTE_ADDR": "198.51.100.7"}
        return stranger.get("/posts", environ_overrides=address).headers["RateLimit-Remaining"]

    monkeypatch.setattr(limits, "STRANGERS", Rate("kept", 9, 3600))
    away = "redis://127.0.0.1:1/0"
    assert [remaining(redis_url), remaining(redis_url), remaining(away), remaining(away)] == ["8", "7", "8", "8"]


def test_they_are_counted_apart_from_pages(stranger: Program, browser: Browser, ids: dict[str, int]) -> None:
    def found() -> list[float]:
        said = counted_in(browser.get("/metrics").text)
        outcomes = ("api", "api_not_modified", "page")
        return [said[f"copydesk_kept_answers_total{{'outcome': '{one}'}}"] for one in outcomes]

    before = found()
    tag = stranger.get(f"/posts/{ids['post']}").headers["ETag"]
    stranger.get(f"/posts/{ids['post']}", headers={"If-None-Match": tag})

    assert [after - earlier for after, earlier in zip(found(), before, strict=True)] == [1, 1, 0]


def test_they_are_no_reads_of_a_post(app: Flask, stranger: Program, ids: dict[str, int]) -> None:
    stranger.get(f"/posts/{ids['post']}", headers={"User-Agent": "Mozilla/5.0"})

    assert reads_of(app).take() is None


def test_any_number_of_questions_pushes_out_no_others_and_makes_no_files(
    app: Flask, stranger: Program, browser: Browser, engine: Engine, ids: dict[str, int], unlimited: None
) -> None:
    def files() -> int:
        return sum(file.is_file() and file.parent.name != "locks" for file in pages.rglob("*"))

    pages = Path(app.instance_path) / "pages"
    browser.get("/posts/it")
    stranger.get(f"/posts/{ids['post']}")
    before = files()
    for number in range(400):
        stranger.get(f"/tags?slug=sea-{number}")

    assert before > 0
    assert files() == before
    assert is_kept(stranger, engine, f"/posts/{ids['post']}")
    assert not is_kept(stranger, engine, "/tags?slug=sea-0")
    with counted(engine) as statements:
        browser.get("/posts/it")
    assert statements == []


def test_no_answer_reads_what_is_declared_unseen(
    stranger: Program, engine: Engine, ids: dict[str, int], unlimited: None
) -> None:
    """What it reads from must make the number grow when it is written, as what public pages read from does."""
    with counted(engine) as statements:
        for path in ALL:
            assert stranger.get_unkept(path.format(**ids)).status_code == 200, path

    assert unseen_in(statements) == set()


def test_zeros_before_a_number_make_no_other_files(app: Flask, stranger: Program, ids: dict[str, int]) -> None:
    def files() -> int:
        return sum(file.is_file() and file.parent.name != "locks" for file in pages.rglob("*"))

    pages, usual = Path(app.instance_path) / "pages", stranger.get(f"/posts/{ids['post']}")
    before = files()
    answers = [stranger.get(f"/posts/{'0' * zeros}{ids['post']}") for zeros in range(1, 9)]

    assert {(answer.status_code, answer.data) for answer in answers} == {(200, usual.data)}
    assert [int(answer.headers["RateLimit-Remaining"]) for answer in answers] == list(range(118, 110, -1))
    assert files() == before
