"""The feed, read as a program reads it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

from defusedxml.ElementTree import fromstring
from sqlalchemy.orm import Session

from cms.posts import actions
from cms.posts.models import Post
from tests.browser import Browser
from tests.factories import Make

Publish = Callable[..., Post]
Decide = Callable[..., None]
ATOM = "{http://www.w3.org/2005/Atom}"


def feed(browser: Browser) -> ElementTree.Element:
    response = browser.get("/feed.atom")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return fromstring(response.data)


def value(element: ElementTree.Element, name: str) -> str:
    return element.findtext(ATOM + name) or ""


def test_the_newest_posts_come_with_whole_addresses_and_their_full_text(
    session: Session, browser: Browser, make: Make, publish: Publish, decide: Decide, now: datetime
) -> None:
    media = make.media()
    ines = make.user("author", username="ines", display_name="Ines Pellow")
    image = f"![Alt](/media/{media.id}/{media.digest[:16]}/x.webp)"
    body = f"{image} [there](/about) [note](https://example.org/) x[^1]\n\n[^1]: y"
    publish(title="Fish & <chips>", slug="fish", body=body, author=ines, tags=[make.tag("Sea")])
    publish(title="Older", published_at=now - timedelta(days=1))
    decide(title="The Review", tagline="Notes")
    session.commit()

    root = feed(browser)

    assert (value(root, "title"), value(root, "subtitle")) == ("The Review", "Notes")
    links = {link.get("rel"): link.get("href") for link in root.findall(ATOM + "link")}
    assert links == {"alternate": "http://localhost/", "self": "http://localhost/feed.atom"}
    entries = root.findall(ATOM + "entry")
    assert [value(entry, "title") for entry in entries] == ["Fish & <chips>", "Older"]
    entry = entries[0]
    link = entry.find(ATOM + "link")
    assert link is not None
    assert link.get("href") == "http://localhost/posts/fish"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Ines Pellow"
    assert [category.get("term") for category in entry.findall(ATOM + "category")] == ["Sea"]
    content = value(entry, "content")
    assert f'src="http://localhost/media/{media.id}/' in content
    assert 'href="http://localhost/about"' in content
    assert 'href="http://localhost/posts/fish#fn-' in content
    assert 'href="https://example.org/"' in content
    assert ines.email not in content


def test_a_feed_that_is_read_as_a_page_has_the_dates_of_the_site(
    session: Session, browser: Browser, publish: Publish
) -> None:
    publish(published_at=datetime(2026, 3, 2, 12, tzinfo=UTC))
    session.commit()

    for ending in ("atom", "rss"):
        assert "2 March 2026 · " in browser.get(f"/feed.{ending}").text


def test_feeds_may_carry_the_summary_only(session: Session, browser: Browser, publish: Publish, decide: Decide) -> None:
    publish(summary="In short.", body="At length.")
    decide(feed_full_text=False)
    session.commit()

    entry = feed(browser).find(ATOM + "entry")

    assert entry is not None
    assert (value(entry, "summary"), value(entry, "content")) == ("In short.", "")


def test_an_entry_keeps_its_id_whatever_becomes_of_its_title_and_address(
    session: Session, browser: Browser, make: Make
) -> None:
    editor, at = make.editor(), datetime.now(UTC)
    post = make.post(slug="first", title="First")
    actions.publish(session, post, by=editor, at=at)
    session.commit()
    before = feed(browser).find(ATOM + "entry")

    actions.save(session, post, {"slug": "second", "title": "Second"}, base_version=post.version, by=editor, at=at)
    actions.publish(session, post, by=editor, at=at + timedelta(milliseconds=1))
    session.commit()
    after = feed(browser).find(ATOM + "entry")

    assert before is not None
    assert after is not None
    assert (value(before, "title"), value(after, "title")) == ("First", "Second")
    assert value(before, "id") == value(after, "id")
    assert value(before, "published") == value(after, "published")


def test_an_empty_feed_is_a_feed(session: Session, browser: Browser, make: Make) -> None:
    make.post()
    session.commit()

    assert feed(browser).findall(ATOM + "entry") == []
