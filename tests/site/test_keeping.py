"""Every public page is the same bytes for everybody, and says how it may be kept."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.comments.lifecycle import APPROVED
from cms.posts.lifecycle import PUBLISHED
from cms.posts.models import Post
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make

PAGES = (
    "/",
    "/posts",
    "/posts/it",
    "/tags/sea",
    "/authors/ines",
    "/archive/2026/03",
    "/about",
    "/feed.atom",
    "/tags/sea/feed.rss",
    "/authors/ines/feed.json",
    "/posts/it/comments.atom",
    "/robots.txt",
    "/sitemap.xml",
    "/sitemap-1.xml",
)
Decide = Callable[..., None]


@pytest.fixture(autouse=True)
def site(session: Session, make: Make) -> Post:
    """One thing of each kind."""
    ines = make.user("author", username="ines")
    post = make.post(slug="it", author=ines, tags=[make.tag("Sea")], status=PUBLISHED)
    make.comment(post, status=APPROVED)
    make.page(slug="about", status=PUBLISHED)
    session.commit()
    return post


@pytest.mark.parametrize("url", [*PAGES, "/nothing-here", "/posts/draft"])
def test_a_page_is_the_same_for_a_stranger_and_for_the_owner_and_depends_on_no_cookie(
    app: Flask, engine: Engine, session: Session, make: Make, url: str
) -> None:
    owner = make.owner()
    session.commit()
    stranger, insider = Browser(app), Browser(app).sign_in(owner)

    seen = [stranger.get(url)]
    with counted(engine) as statements:
        seen.append(insider.get(url, headers={"Accept-Language": "de", "Referer": "http://localhost/admin/"}))

    assert seen[0].data == seen[1].data
    assert "user_sessions" not in " ".join(statements)
    for response in seen:
        assert "Set-Cookie" not in response.headers
        assert "Cookie" not in response.headers.get("Vary", "")
        assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
        assert b"csrf" not in response.data
        assert b"nonce" not in response.data


@pytest.mark.parametrize("url", PAGES)
def test_a_page_that_did_not_change_is_not_sent_again(browser: Browser, url: str) -> None:
    first = browser.get(url)
    again = browser.get(url, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert browser.get(url, headers={"If-None-Match": '"another"'}).status_code == 200


#: The one that public pages have; see `static/js/site.js`.
OUR_SCRIPT = re.compile(r'<script type="module" src="/static/\w+/js/site\.js">')
#: Data for search engines, which no browser runs.
DATA = '<script type="application/ld+json">'


def test_a_page_that_changed_is_sent_again(browser: Browser, session: Session, make: Make, site: Post) -> None:
    tag = browser.get("/posts/it").headers["ETag"]
    make.comment(site, status=APPROVED)
    session.commit()

    assert browser.get("/posts/it", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("url", PAGES)
def test_head_says_what_get_would_say_without_the_text(browser: Browser, url: str) -> None:
    whole, head = browser.get(url), browser.client.head(url)

    assert (head.status_code, head.data) == (200, b"")
    for name in ("ETag", "Content-Type", "Content-Length", "Cache-Control"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize(
    "url",
    [
        "/posts/it/comments",
        "/posts/it/comments/received?c=x",
        "/healthz",
        "/readyz",
        "/oembed?url=http://localhost/posts/it",
    ],
)
def test_what_follows_a_person_or_the_moment_is_not_kept(browser: Browser, url: str) -> None:
    response = browser.get(url)

    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers


def test_every_page_has_our_one_script_and_nothing_inline(browser: Browser) -> None:
    for url in PAGES:
        page = browser.get(url).get_data(as_text=True)
        assert [tag for tag in re.findall("<script[^>]*>", page) if tag != DATA] == OUR_SCRIPT.findall(page)
        assert ("<script" in page) == ("<html" in page)
        assert " style=" not in page
        assert "<style" not in page


def test_a_site_that_hides_asks_search_engines_to_leave(browser: Browser, session: Session, decide: Decide) -> None:
    assert "X-Robots-Tag" not in browser.get("/").headers
    assert "Disallow: /admin/" in browser.get("/robots.txt").get_data(as_text=True)
    decide(noindex=True)
    session.commit()

    page = browser.get("/posts/it")
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert '<meta name="robots" content="noindex, nofollow">' in page.get_data(as_text=True)
    assert "\nDisallow: /\n" in browser.get("/robots.txt").get_data(as_text=True)
