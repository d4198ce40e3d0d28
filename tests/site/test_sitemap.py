"""What search engines are told: every live address once, with when it changed and its image."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from defusedxml.ElementTree import fromstring
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from cms.core.db import MAX_ID
from cms.posts import actions, indexed
from cms.posts.indexed import RANGE
from cms.posts.lifecycle import PUBLISHED
from cms.posts.models import Edition, Post
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make

Publish = Callable[..., Post]
Decide = Callable[..., None]
XMLNS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
IMAGE = "{http://www.google.com/schemas/sitemap-image/1.1}"
W3C_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")


def listed(browser: Browser, url: str) -> dict[str, tuple[str | None, str | None]]:
    """Address → when it changed and its image, as far as they are said.

    Made anew: a page that is kept knows nothing of a range that a test made shorter.
    """
    response = browser.get_unkept(url)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/xml; charset=utf-8"
    root = fromstring(response.data, forbid_dtd=True)
    assert root.tag == XMLNS + ("sitemapindex" if url == "/sitemap.xml" else "urlset")
    found = {}
    for one in root:
        address, changed = one.findtext(f"{XMLNS}loc") or "", one.findtext(f"{XMLNS}lastmod")
        assert address.startswith("http://localhost/")
        assert address.isascii()
        assert address not in found
        assert changed is None or W3C_TIME.fullmatch(changed)
        found[address.removeprefix("http://localhost")] = (changed, one.findtext(f"{IMAGE}image/{IMAGE}loc"))
    return found


def everything(browser: Browser) -> dict[str, tuple[str | None, str | None]]:
    """What all pages list together, each address once; which page it is on is a matter of ids."""
    pages = [listed(browser, url) for url in listed(browser, "/sitemap.xml")]
    together = {address: said for page in pages for address, said in page.items()}
    assert sum(map(len, pages)) == len(together)
    return together


def test_everything_that_is_live_is_listed_once(
    session: Session, browser: Browser, make: Make, publish: Publish, now: datetime
) -> None:
    ines, image = make.user("author", username="inés"), make.media(filename="pier & sea.webp")
    parent = make.tag("Nature")
    sea = make.tag("Sea", parent_id=parent.id)
    make.tag("Unused")
    make.user("author", username="quiet")
    publish(slug="it", author=ines, tags=[sea], featured_media_id=image.id)
    about = make.page(slug="about", status=PUBLISHED, author=ines)
    make.page(slug="team", parent_id=about.id, status=PUBLISHED, author=ines)
    make.post(slug="draft", author=ines)
    publish(slug="hidden", noindex=True, author=ines)
    publish(slug="copy", canonical_url="https://example.org/first", author=ines)
    far = datetime.now(UTC) + timedelta(days=1)
    actions.publish(session, make.post(slug="later"), by=make.editor(), at=now, live_from=far)
    session.commit()

    page = everything(browser)

    assert any(changed for changed, _image in listed(browser, "/sitemap.xml").values())
    assert page.keys() == {"/", "/posts/it", "/about", "/about/team", "/tags/nature", "/tags/sea", "/authors/in%C3%A9s"}
    changed, picture = page["/posts/it"]
    assert changed == now.isoformat()
    assert picture == f"http://localhost/media/{image.id}/{image.digest[:16]}/pier%20%26%20sea.webp"
    assert page["/tags/sea"][0] == page["/authors/in%C3%A9s"][0] == now.isoformat()


def test_the_front_page_is_listed_as_such(session: Session, browser: Browser, make: Make, decide: Decide) -> None:
    welcome = make.page(slug="welcome", status=PUBLISHED)
    decide(home_page_id=welcome.id)
    session.commit()

    assert everything(browser).keys() == {"/"}


def test_a_site_that_hides_has_an_empty_one(
    session: Session, browser: Browser, publish: Publish, decide: Decide
) -> None:
    publish()
    session.commit()
    assert "\nSitemap: http://localhost/sitemap.xml\n" in browser.get("/robots.txt").text
    decide(noindex=True)
    session.commit()

    assert listed(browser, "/sitemap.xml") == {}
    assert browser.get("/sitemap-1.xml").status_code == 404
    assert "Sitemap:" not in browser.get("/robots.txt").text


@pytest.mark.parametrize("number", ["0", str(MAX_ID // RANGE), "99999999", "9999999999999999999999", "x", "-1"])
def test_no_other_page_is_there(session: Session, browser: Browser, publish: Publish, number: str) -> None:
    publish()
    session.commit()

    assert browser.get(f"/sitemap-{number}.xml").status_code == 404


def test_ids_are_listed_in_ranges(
    session: Session, browser: Browser, make: Make, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexed, "RANGE", 2)
    author = make.user("author", username="ines")
    posts = [publish(slug=f"n{number}", author=author) for number in range(5)]
    session.commit()

    pages = {url: listed(browser, url) for url in listed(browser, "/sitemap.xml")}

    for post in posts:
        assert f"/posts/{post.slug}" in pages[f"/sitemap-{(post.id - 1) // 2 + 1}.xml"]
    assert sum(len(page) for page in pages.values()) == len(posts) + len(["the front", "the author"])


def test_a_tag_changed_when_a_post_did_that_its_page_shows(
    session: Session, browser: Browser, make: Make, publish: Publish, now: datetime
) -> None:
    """Those of the tags below it as well, however deep."""
    nature = make.tag("Nature")
    sea = make.tag("Sea", parent_id=nature.id)
    boats = make.tag("Boats", parent_id=sea.id)
    make.tag("Lights", parent_id=sea.id)
    publish(slug="old", tags=[sea], published_at=now - timedelta(days=9))
    publish(slug="new", tags=[boats])
    session.commit()

    changed = {address: said[0] for address, said in everything(browser).items()}

    assert changed["/tags/boats"] == changed["/tags/sea"] == changed["/tags/nature"] == now.isoformat()
    assert "/tags/lights" not in changed


def test_the_index_says_when_what_is_listed_changed(
    session: Session, browser: Browser, make: Make, publish: Publish, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the post that changed a tag is on another page; old posts alone are not said to be new."""
    monkeypatch.setattr(indexed, "RANGE", 2)
    ines, sea = make.user("author", username="ines"), make.tag("Sea")
    for day in range(11, -1, -1):  # more pages than ids of one author and one tag can be on
        publish(author=ines, tags=[sea], published_at=now - timedelta(days=day))
    session.execute(update(Edition).values(updated_at=Edition.published_at))
    session.commit()

    index = listed(browser, "/sitemap.xml")

    for url, (said, _image) in index.items():
        within = [changed for changed, _picture in listed(browser, url).values() if changed]
        assert within == [] or (said is not None and said >= max(within)), url
    assert any(said is not None and said < now.isoformat() for said, _image in index.values())
    assert listed(browser, "/sitemap-1.xml")["/"][0] == index["/sitemap-1.xml"][0] == now.isoformat()


def test_a_page_costs_the_same_however_much_it_lists(
    session: Session, engine: Engine, browser: Browser, make: Make, publish: Publish
) -> None:
    def cost() -> list[int]:
        session.commit()
        found = []
        for url in ("/sitemap.xml", max(listed(browser, "/sitemap.xml"), key=lambda url: (len(url), url))):
            with counted(engine) as statements:
                browser.get_unkept(url)
            found.append(len(statements))
        return found

    publish(tags=[make.tag()], featured_media_id=make.media().id)
    few = cost()
    for _number in range(20):
        publish(tags=[make.tag()], featured_media_id=make.media().id, author=make.author())
    assert cost() == few
    assert max(few) <= 6


def test_a_page_is_never_longer_than_search_engines_read() -> None:
    assert 3 * RANGE + 1 <= 10_000
