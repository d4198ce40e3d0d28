"""The front page, tags, authors and months, through a browser."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from cms.posts import actions
from cms.posts.lifecycle import PUBLISHED, PostMove
from cms.posts.models import Post
from cms.taxonomy.models import Tag
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make

Publish = Callable[..., Post]
Decide = Callable[..., None]
TITLE = re.compile(r'<h[1-3][^>]*class="title"><a href="[^"]+">([^<]+)</a>')
NEXT = re.compile(r'<a href="([^"]+)" rel="next">')

YEAR = timedelta(days=365)


def titles(page: str) -> list[str]:
    return TITLE.findall(page)


def text_of(browser: Browser, url: str, status: int = 200) -> str:
    response = browser.get(url)
    assert response.status_code == status, url
    return response.get_data(as_text=True)


def test_the_front_page_leads_through_all_posts_by_its_link_to_older_ones(
    session: Session, browser: Browser, publish: Publish, decide: Decide, now: datetime
) -> None:
    for number in range(7):
        publish(title=f"Number {number}", published_at=now - timedelta(hours=number))
    decide(posts_per_page=3)
    session.commit()

    seen, url = [], "/"
    while url:
        page = text_of(browser, url)
        seen += titles(page)
        found = NEXT.search(page)
        url = found[1] if found else ""

    assert seen == [f"Number {number}" for number in range(7)]


@pytest.mark.parametrize("before", ["", "x", "1-", "zz-1", "1-fffffffff", "9" * 400, "0-0", "%F0%9F%98%80"])
def test_a_cursor_that_nobody_gave_out_leads_nowhere(
    session: Session, browser: Browser, publish: Publish, before: str
) -> None:
    publish(tags=[])
    session.commit()

    for url in ("/", "/posts"):
        text_of(browser, f"{url}?before={before}", 404)


def test_an_empty_site_says_so(session: Session, browser: Browser) -> None:
    session.commit()

    assert "Nothing has been published here yet" in text_of(browser, "/")


def test_the_owner_may_choose_a_page_for_the_front(
    session: Session, browser: Browser, make: Make, publish: Publish, decide: Decide, now: datetime
) -> None:
    page = make.page(title="Welcome", slug="welcome", status=PUBLISHED)
    publish(title="A post")
    decide(home_page_id=page.id)
    session.commit()

    front = text_of(browser, "/")
    assert "Welcome</h1>" in front
    assert '<link rel="canonical" href="http://localhost/">' in front
    assert titles(text_of(browser, "/posts")) == ["A post"]

    actions.move_post(session, page, "unpublish", by=make.editor(), at=now + timedelta(days=1))
    session.commit()
    assert titles(text_of(browser, "/")) == ["A post"]


def test_a_tag_shows_its_posts_and_the_tags_below_it(
    session: Session, browser: Browser, make: Make, publish: Publish
) -> None:
    sea = make.tag("Sea", description="Everything on the wet side of the wall.")
    boats = make.tag("Boats", parent_id=sea.id)
    publish(title="On boats", tags=[boats])
    publish(title="On land")
    session.commit()

    page = text_of(browser, "/tags/sea")
    assert titles(page) == ["On boats"]
    assert "wet side of the wall" in page
    assert 'href="/tags/boats"' in page
    assert 'href="/tags/sea"' in text_of(browser, "/tags/boats")
    text_of(browser, "/tags/none", 404)


def test_a_tag_that_no_reader_finds_on_a_post_has_no_page_and_is_listed_nowhere(
    session: Session, browser: Browser, make: Make, publish: Publish, now: datetime
) -> None:
    sea = make.tag("Sea")
    for name in ("Secret merger", "Later", "Over", "Page only", "Binned", "Empty"):
        make.tag(name, parent_id=sea.id)
    tags = {tag.slug: tag for tag in session.scalars(select(Tag))}
    make.tag("Deep", parent_id=tags["empty"].id)
    publish(title="On the sea", tags=[sea])
    make.post(tags=[tags["secret-merger"]])
    actions.publish(session, make.post(tags=[tags["later"]]), by=make.editor(), at=now, live_from=now + YEAR)
    over = publish(tags=[tags["over"]])
    actions.move_post(session, over, PostMove.UNPUBLISH, by=make.editor(), at=now)
    make.page(tags=[tags["page-only"]], status=PUBLISHED)
    binned = publish(tags=[tags["binned"]])
    actions.move_post(session, binned, PostMove.TRASH, by=make.editor(), at=now)
    session.commit()

    page = text_of(browser, "/tags/sea")
    for slug in ("secret-merger", "later", "over", "page-only", "binned", "empty", "deep"):
        text_of(browser, f"/tags/{slug}", 404)
        assert slug not in page


def test_a_tag_without_posts_of_its_own_leads_to_those_below_it(
    session: Session, browser: Browser, make: Make, publish: Publish
) -> None:
    sea = make.tag("Sea")
    boats = make.tag("Boats", parent_id=sea.id)
    publish(title="On ferries", tags=[make.tag("Ferries", parent_id=boats.id)])
    session.commit()

    assert 'href="/tags/boats"' in text_of(browser, "/tags/sea")
    assert titles(text_of(browser, "/tags/boats")) == ["On ferries"]


def test_an_author_has_a_page_only_where_there_is_something_to_read(
    session: Session, browser: Browser, make: Make, publish: Publish
) -> None:
    ines = make.user("author", username="ines", display_name="Ines Pellow", bio="Edits the Review.")
    publish(title="Hers", author=ines)
    publish(title="Not hers")
    make.user("author", username="quiet")
    session.commit()

    page = text_of(browser, "/authors/ines")
    assert titles(page) == ["Hers"]
    assert "Edits the Review." in page
    assert ines.email not in page
    for nobody in ("quiet", "nobody"):
        text_of(browser, f"/authors/{nobody}", 404)


def test_a_month_is_the_month_of_the_site_s_own_zone(
    session: Session, browser: Browser, publish: Publish, decide: Decide
) -> None:
    publish(title="New year", published_at=datetime.fromisoformat("2025-12-31T23:30:00+00:00"))
    publish(title="Spring", published_at=datetime.fromisoformat("2026-03-02T12:00:00+00:00"))
    decide(timezone="Europe/Paris")
    session.commit()

    page = text_of(browser, "/archive/2026/01")
    assert titles(page) == ["New year"]
    assert "January 2026</h1>" in page
    assert 'href="/archive/2026/03"' in page
    assert NEXT.search(page) is None, "a month is one page: only older pages of a list are rel=next"
    text_of(browser, "/archive/2025/12", 404)


@pytest.mark.parametrize(
    "address", ["2026/13", "2026/00", "2026/xx", "2026/003", "0/01", "9999/12", "10000/01", "2026/²"]
)
def test_a_month_that_never_was_is_not_found(browser: Browser, address: str) -> None:
    text_of(browser, f"/archive/{address}", 404)


def test_a_month_without_its_zero_is_put_right(session: Session, browser: Browser, publish: Publish) -> None:
    publish()
    session.commit()

    response = browser.get("/archive/2026/3")

    assert (response.status_code, response.headers["Location"]) == (301, "/archive/2026/03")


@pytest.mark.parametrize("url", ["/", "/posts", "/tags/sea", "/authors/ines", "/archive/2026/03", "/feed.atom"])
def test_no_list_asks_more_than_six_questions_however_long_it_is(
    session: Session, engine: Engine, browser: Browser, make: Make, publish: Publish, decide: Decide, url: str
) -> None:
    portrait, logo = make.media(), make.media()
    ines = make.user("author", username="ines", avatar_id=portrait.id)
    sea = make.tag("Sea")
    for _number in range(12):
        publish(author=ines, tags=[sea, make.tag(), make.tag()], featured_media_id=make.media().id)
    decide(posts_per_page=50, logo_id=logo.id)
    session.commit()

    with counted(engine) as statements:
        assert browser.get_unkept(url).status_code == 200

    assert len(statements) <= 6, "\n".join(statements)
