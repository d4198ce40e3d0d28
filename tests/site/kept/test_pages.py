"""A page that is kept asks the database nothing but its generation, whoever asks and however; tricks make no other."""

import gzip
import shutil
from pathlib import Path

import brotli
import pytest
import zstandard
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from cms import create_app
from cms.extensions import db
from cms.posts.lifecycle import PUBLISHED
from cms.posts.models import Post
from cms.site import stories
from cms.site.kept.address import cleaned
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make

UNPACKED = {
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
    "br": brotli.decompress,
    "gzip": gzip.decompress,
}


@pytest.fixture(autouse=True)
def site(session: Session, make: Make) -> Post:
    post = make.post(slug="it", title="The tide clock", body="Ropes and nets. " * 90, status=PUBLISHED)
    make.page(slug="about", status=PUBLISHED)
    session.commit()
    return post


def asked(browser: Browser, engine: Engine, url: str, **options: object) -> tuple[TestResponse, int]:
    """The answer, and how many questions it took."""
    with counted(engine) as statements:
        answer = browser.get(url, **options)
    return answer, len(statements)


def files_of(app: Flask) -> list[Path]:
    """Those of kept pages."""
    pages = Path(app.instance_path) / "pages"
    return [file for file in pages.rglob("*") if file.is_file() and file.parent.name != "locks"]


@pytest.mark.parametrize("url", ["/", "/posts", "/posts/it", "/about", "/feed.atom", "/robots.txt"])
def test_a_page_is_made_once(browser: Browser, engine: Engine, url: str) -> None:
    made, questions = asked(browser, engine, url)
    kept, none = asked(browser, engine, url)

    assert 6 >= questions > 0 == none
    assert kept.data == made.data
    assert kept.headers == made.headers


def test_a_kept_page_has_every_header_of_one_that_is_made(browser: Browser) -> None:
    """But for its tag, which may be made in another way, and the date that servers add.

    It names no request either: none of the log would be meant.
    """
    but = {"ETag", "X-Request-Id", "Date"}
    made, kept = browser.get_unkept("/posts/it"), browser.get("/posts/it")

    def said(answer: TestResponse) -> set[tuple[str, str]]:
        return {(name, value) for name, value in answer.headers if name not in but}

    assert said(kept) == said(made)
    assert ("X-Request-Id" in made.headers, "X-Request-Id" in kept.headers) == (True, False)


@pytest.mark.parametrize("coding", UNPACKED)
def test_it_is_sent_in_the_coding_that_was_asked_for(browser: Browser, coding: str) -> None:
    plain, packed = browser.get("/posts/it"), browser.get("/posts/it", headers={"Accept-Encoding": coding})

    assert packed.headers["Content-Encoding"] == coding
    assert UNPACKED[coding](packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


def test_a_page_is_packed_once_for_all_who_take_a_coding(
    browser: Browser, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = []
    compress = gzip.compress
    monkeypatch.setattr(gzip, "compress", lambda *told, **more: (packed.append(told), compress(*told, **more))[1])
    make.post(slug="never-asked-for", body="Ropes and nets. " * 90, status=PUBLISHED)
    session.commit()

    for accepts in ("zstd", "gzip", "", "gzip", "br, gzip", "gzip"):
        browser.get("/posts/never-asked-for", headers={"Accept-Encoding": accepts})

    assert len(packed) == 1


@pytest.mark.parametrize(
    ("accepts", "coding"),
    [
        ("gzip, br, zstd", "zstd"),
        ("gzip, br", "br"),
        ("br;q=0, gzip;q=0.1", "gzip"),
        ("gzip;q=nonsense", None),
        ("*", "zstd"),
        ("*;q=0", None),
        ("identity", None),
        ("", None),
        ("x" * 5000, None),
    ],
)
def test_what_a_browser_accepts_is_understood(browser: Browser, accepts: str, coding: str | None) -> None:
    answer = browser.get("/posts/it", headers={"Accept-Encoding": accepts})

    assert answer.status_code == 200
    assert answer.headers.get("Content-Encoding") == coding


@pytest.mark.parametrize("known", ["{tag}", 'W/{tag}, "other"', '"other",{tag}', "*"])
def test_who_has_it_gets_no_text(browser: Browser, known: str) -> None:
    tag = browser.get("/posts/it", headers={"Accept-Encoding": "br"}).headers["ETag"]
    again = browser.get("/posts/it", headers={"Accept-Encoding": "br", "If-None-Match": known.format(tag=tag)})

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    assert "Content-Length" not in again.headers


def test_who_has_it_in_another_coding_gets_it_in_this_one(browser: Browser) -> None:
    tag = browser.get("/posts/it", headers={"Accept-Encoding": "br"}).headers["ETag"]
    other = browser.get("/posts/it", headers={"Accept-Encoding": "gzip", "If-None-Match": tag})

    assert other.status_code == 200
    assert gzip.decompress(other.data) == browser.get("/posts/it").data


def test_what_is_not_kept_is_made_once(browser: Browser, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    elsewhere = stories.elsewhere
    monkeypatch.setattr(stories, "elsewhere", lambda path: (made.append(path), elsewhere(path))[1])

    assert browser.get("/nothing-here").status_code == 404
    assert browser.client.head("/nothing-here").data == b""
    assert made == ["/nothing-here"] * 2


def test_a_redirect_takes_the_noise_along(browser: Browser) -> None:
    assert browser.get("/About?utm_source=mail").location == "/about?utm_source=mail"


def test_pages_with_parameters_push_out_no_others(app: Flask, browser: Browser, engine: Engine) -> None:
    """There may be any number of them: they have a place of their own, and no files."""
    browser.get("/posts/it")
    files = files_of(app)
    browser.get("/posts/it?comments=7")

    assert asked(browser, engine, "/posts/it?comments=7")[1] == 0
    assert files_of(app) == files


def test_behind_a_proxy_the_page_of_the_public_address_is_kept(
    database_url: str, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("DATABASE_URL", database_url),
        ("INSTANCE", str(tmp_path)),
        ("BASE_URL", "https://www.example.com"),
        ("TRUSTED_PROXIES", "1"),
    ):
        monkeypatch.setenv(f"CMS_{name}", value)
    app = create_app("testing")
    forwarded = {"X-Forwarded-Host": "www.example.com", "X-Forwarded-Proto": "https"}
    with app.app_context():
        own_engine = db.engine
    browser = Browser(app)

    made, _questions = asked(browser, own_engine, "/about", headers=forwarded)
    kept, questions = asked(browser, own_engine, "/about", headers=forwarded)
    own_engine.dispose()

    assert (made.status_code, kept.data, questions) == (200, made.data, 0)


@pytest.mark.parametrize(
    "noise",
    ["utm_source=mail", "before=5-2", "q=1&q=2", "COMMENTS=1", "comments=x", "comments=", "&&&", "=", "a" * 4000],
)
def test_noise_in_the_address_makes_no_other_page(browser: Browser, engine: Engine, noise: str) -> None:
    first = browser.get("/posts/it")
    again, questions = asked(browser, engine, f"/posts/it?{noise}")

    assert (again.data, questions) == (first.data, 0)


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("", ""),
        ("utm_source=a", ""),
        ("before=5-2&utm_source=a", "before=5-2"),
        ("comments=7&before=5-2", "before=5-2&comments=7"),
        ("before=first&before=second", "before=first"),
        ("comments=x", ""),
        ("%63omments=7", "comments=7"),
        ("before=a%26comments%3D1", "before=a%26comments%3D1"),
    ],
)
def test_what_makes_another_page_stays_in_one_order(query: str, left: str) -> None:
    assert cleaned(query, ("before", "comments")) == left


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "copydesk=x; theme=dark"},
        {"Accept-Language": "ar"},
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Proto": "https"},
        {"X-Original-URL": "/admin/"},
        {"X-HTTP-Method-Override": "DELETE"},
        {"Authorization": "Bearer x"},
        {"Range": "bytes=0-3"},
        {"Origin": "https://evil.example"},
    ],
)
def test_no_header_poisons_or_splits_it(app: Flask, engine: Engine, headers: dict[str, str]) -> None:
    """The first to ask sends it; everybody gets what a plain browser gets."""
    made = Browser(app).get("/about", headers=headers)
    kept, questions = asked(Browser(app), engine, "/about")

    assert (made.status_code, made.data, questions) == (200, kept.data, 0)
    assert b"evil" not in kept.data
    assert "Set-Cookie" not in kept.headers


def test_another_host_is_not_kept_for_anybody(browser: Browser, engine: Engine) -> None:
    refused = browser.get("/posts/it", base_url="http://evil.example")
    other = browser.get_unkept("/posts/it")
    answer, questions = asked(browser, engine, "/posts/it")

    assert refused.status_code == 400
    assert other.status_code == answer.status_code == 200
    assert questions > 0
    assert b"127.0.0.1" not in answer.data


@pytest.mark.parametrize("url", ["/nothing-here", "/posts/draft", "/here", "/posts/it/comments", "/login", "/admin/"])
def test_what_is_no_page_for_everybody_is_never_kept(app: Flask, browser: Browser, url: str) -> None:
    shutil.rmtree(Path(app.instance_path) / "pages", ignore_errors=True)
    browser.get(url)

    assert files_of(app) == []
    browser.get("/about")
    assert len(files_of(app)) == 1


def test_malformed_questions_are_refused_though_the_page_is_kept(browser: Browser) -> None:
    browser.get("/about")

    assert browser.get("/about?x=%00").status_code == 400
    assert browser.client.post("/about").status_code == 405


def test_whoever_is_signed_in_reads_the_same_page(app: Flask, engine: Engine, session: Session, make: Make) -> None:
    owner = make.owner()
    session.commit()
    insider = Browser(app).sign_in(owner)
    first = Browser(app).get("/posts/it")

    answer, questions = asked(insider, engine, "/posts/it")

    assert (answer.data, questions) == (first.data, 0)
