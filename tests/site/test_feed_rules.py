"""Every feed in every format, held against its specification."""

import html
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.comments.lifecycle import APPROVED, PENDING
from cms.posts.lifecycle import PUBLISHED
from cms.posts.models import Post
from cms.redirects.models import Redirect
from tests.browser import Browser
from tests.conftest import NOON
from tests.counting import counted
from tests.factories import Make
from tests.site import feed_rules

Decide = Callable[..., None]
FEEDS = ("/feed", "/tags/sea/feed", "/authors/ines/feed", "/posts/it/comments")
TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}
RULES: dict[str, Callable[[bytes], Any]] = {
    "atom": feed_rules.atom,
    "rss": feed_rules.rss,
    "json": feed_rules.json_feed,
}
HOSTILE = "Fish & <chips> ]]> \"'<script>alert(1)</script> &amp; &nbsp; \u202e\u2028 日本 😀"


@pytest.fixture(autouse=True)
def site(session: Session, make: Make) -> Post:
    """One post of each sort: with an image, in another language, and changed since."""
    ines = make.user("author", username="ines", display_name="Ines <b> & Co")
    sea, image = make.tag("Sea"), make.media(filename="pier.webp", width=800, height=600)
    body = "[there](/about)\n\n> ]]> & <em>x</em>"
    post = make.post(
        slug="it", title=HOSTILE, summary=HOSTILE, body=body, author=ines, tags=[sea, make.tag("R&D <x>")],
        featured_media_id=image.id, status=PUBLISHED,
    )  # fmt: skip
    make.post(slug="ar", language="ar", author=ines, tags=[sea], status=PUBLISHED, published_at=NOON - timedelta(1))
    for number in range(3):
        make.comment(post, body=f"{HOSTILE} {number}", guest_name=HOSTILE[:60], status=APPROVED)
    make.comment(post, body="Not yet", status=PENDING)
    session.commit()
    return post


def read(browser: Browser, url: str) -> Any:
    response = browser.get(url)
    ending = url.rpartition(".")[2]
    assert response.status_code == 200
    assert response.headers["Content-Type"] == f"{TYPES[ending]}; charset=utf-8"
    return RULES[ending](response.data)


@pytest.mark.parametrize("full_text", [True, False])
@pytest.mark.parametrize("ending", TYPES)
@pytest.mark.parametrize("stem", FEEDS)
def test_a_feed_keeps_to_its_specification(
    session: Session, browser: Browser, decide: Decide, stem: str, ending: str, full_text: bool
) -> None:
    decide(title="R & <D>", tagline="<hr> & more", feed_full_text=full_text)
    session.commit()

    read(browser, f"{stem}.{ending}")


@pytest.mark.parametrize("ending", TYPES)
def test_an_empty_feed_keeps_to_it_too_and_does_not_change_with_time(
    session: Session, browser: Browser, make: Make, ending: str
) -> None:
    make.post(slug="quiet", status=PUBLISHED)
    session.commit()
    url = f"/posts/quiet/comments.{ending}"

    read(browser, url)

    assert browser.get_unkept(url).data == browser.get_unkept(url).data


@pytest.mark.parametrize("ending", TYPES)
@pytest.mark.parametrize("stem", FEEDS)
def test_a_feed_that_did_not_change_is_not_sent_again(browser: Browser, stem: str, ending: str) -> None:
    first = browser.get(f"{stem}.{ending}")
    again = browser.get(f"{stem}.{ending}", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("ending", TYPES)
@pytest.mark.parametrize("stem", FEEDS)
def test_a_feed_costs_few_questions_and_is_sent_compressed(
    engine: Engine, browser: Browser, stem: str, ending: str
) -> None:
    with counted(engine) as statements:
        browser.get_unkept(f"{stem}.{ending}")

    assert len(statements) <= 6
    kept = browser.get(f"{stem}.{ending}", headers={"Accept-Encoding": "gzip"})
    made = browser.get(f"{stem}.{ending}", headers={"Accept-Encoding": "gzip"}, base_url="http://127.0.0.1")
    assert {kept.headers.get("Content-Encoding"), made.headers.get("Content-Encoding")} == {"gzip"}


def test_the_same_post_says_the_same_in_every_format(session: Session, browser: Browser, site: Post) -> None:
    entry = read(browser, "/feed.atom").findall(f"{feed_rules.ATOM}entry")[0]
    item = read(browser, "/feed.rss").findall("item")[0]
    told = read(browser, "/feed.json")["items"][0]

    title = entry.findtext(f"{feed_rules.ATOM}title")
    assert title == item.findtext("title") == told["title"] == site.title
    assert entry.findtext(f"{feed_rules.ATOM}id") == item.findtext("guid") == told["id"]
    texts = (entry.findtext(f"{feed_rules.ATOM}content"), item.findtext(feed_rules.CONTENT), told["content_html"])
    assert len(set(texts)) == 1
    assert 'href="http://localhost/about"' in told["content_html"]
    assert told["summary"] == entry.findtext(f"{feed_rules.ATOM}summary")
    assert html.unescape(item.findtext("description")) == told["summary"]
    enclosure = item.find("enclosure")
    assert told["image"] == enclosure.get("url")
    assert told["image"].endswith("/pier.webp")
    assert enclosure.get("type") == "image/webp"


def test_each_entry_says_its_own_language(browser: Browser) -> None:
    entries = read(browser, "/feed.atom").findall(f"{feed_rules.ATOM}entry")
    items = read(browser, "/feed.rss").findall("item")
    told = read(browser, "/feed.json")

    for languages in (
        [entry.get(feed_rules.XML_LANG) for entry in entries],
        [item.get(feed_rules.XML_LANG) for item in items],
        [item.get("language") for item in told["items"]],
    ):
        assert languages == [None, "ar"]
    assert told["language"] == "en"


def test_the_comments_are_the_newest_first_and_only_those_that_readers_see(browser: Browser, site: Post) -> None:
    items = read(browser, "/posts/it/comments.json")["items"]

    assert [item["summary"][-1] for item in items] == ["2", "1", "0"]
    assert all(item["url"].startswith("http://localhost/posts/it#comment-") for item in items)
    assert all(item["authors"] == [{"name": HOSTILE[:60].strip()}] for item in items)


@pytest.mark.parametrize("ending", ["atom", "rss"])
@pytest.mark.parametrize("host", ["http://localhost", "http://127.0.0.1"])
def test_whoever_wants_to_look_at_it_is_told_that_it_is_xml(browser: Browser, ending: str, host: str) -> None:
    url, looking = f"/feed.{ending}", {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    program, person = (browser.get(url, headers=headers, base_url=host) for headers in ({}, looking))

    assert program.mimetype == TYPES[ending]
    assert person.mimetype == "text/xml"
    assert program.data == person.data
    assert all("Accept" in answer.headers["Vary"].split(", ") for answer in (program, person))


@pytest.mark.parametrize("ending", ["atom", "rss"])
@pytest.mark.parametrize("stem", FEEDS)
def test_a_browser_finds_a_style_and_links_in_it(browser: Browser, stem: str, ending: str) -> None:
    data = browser.get(f"{stem}.{ending}").data
    style = feed_rules.STYLE.search(data)

    assert style is not None
    answer = browser.get(style[1].decode())
    assert (answer.status_code, answer.mimetype) == (200, "text/css")
    assert data.count(b'<h2 xmlns="http://www.w3.org/1999/xhtml"><a href="http://localhost/posts/') >= 2


@pytest.mark.parametrize(
    ("page", "stem"),
    [
        ("/", "/feed"),
        ("/tags/sea", "/tags/sea/feed"),
        ("/authors/ines", "/authors/ines/feed"),
        ("/posts/it", "/posts/it/comments"),
    ],
)
def test_a_page_names_its_feeds_and_those_of_the_site(browser: Browser, page: str, stem: str) -> None:
    head = BeautifulSoup(browser.get(page).text, "html.parser").head
    assert head is not None
    links = {(link["type"], link["href"]) for link in head.find_all("link", rel="alternate") if "type" in link.attrs}

    assert {(type, f"{place}.{ending}") for ending, type in TYPES.items() for place in ("/feed", stem)} <= links


@pytest.mark.parametrize(
    "url", ["/tags/none/feed.rss", "/authors/none/feed.json", "/posts/none/comments.atom", "/feed.xml", "/feed.html"]
)
def test_what_is_not_there_has_no_feed(browser: Browser, url: str) -> None:
    assert browser.get(url).status_code == 404


def test_the_feeds_of_what_moved_are_found_where_it_is_now(session: Session, browser: Browser) -> None:
    moved = {"/tags/old": "/tags/sea", "/posts/old": "/posts/it", "/tags/away": "https://example.org/"}
    for path, to in moved.items():
        session.add(Redirect(from_path=path, to_path=to, created_at=NOON, updated_at=NOON))
    session.commit()

    for old, new in (
        ("/tags/old/feed.rss", "/tags/sea/feed.rss"),
        ("/posts/old/comments.atom", "/posts/it/comments.atom"),
        ("/tags/away/feed.json", "https://example.org/"),
        ("/tags/SEA/feed.atom", "/tags/sea/feed.atom"),
        ("/posts/it/comments.atom/", "/posts/it/comments.atom"),
    ):
        answer = browser.get(old)
        assert (answer.status_code, answer.headers["Location"]) == (301, new)


def test_somebody_without_posts_has_no_feed(session: Session, browser: Browser, make: Make) -> None:
    make.user("author", username="quiet")
    session.commit()

    assert browser.get("/authors/quiet/feed.atom").status_code == 404
