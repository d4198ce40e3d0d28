"""A series as its readers see it: on each of its parts, and on a page of its own."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.posts import actions, around, parts, public
from cms.posts.lifecycle import PUBLISHED, PostMove
from cms.posts.models import Post
from cms.posts.parts import Place
from cms.series.models import Series
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make
from tests.site.test_lists import text_of

Publish = Callable[..., Post]
Decide = Callable[..., None]
HOUR = timedelta(hours=1)


@pytest.fixture
def tides(make: Make) -> Series:
    return make.series("Tides", description="Twice a day.")


def listed(page: str) -> list[str]:
    return re.findall(r'<h3 class="title"><a href="([^"]+)"', page)


def test_a_part_says_which_one_it_is_and_leads_to_the_others(
    session: Session, browser: Browser, make: Make, publish: Publish, tides: Series
) -> None:
    for place, slug in ((10, "first"), (20, "second"), (40, "third")):
        publish(slug=slug, title=f"The {slug}", series_id=tides.id, series_position=place)
    make.post(slug="draft", title="A secret part", series_id=tides.id, series_position=30)
    session.commit()

    page = text_of(browser, "/posts/second")

    assert "Part 2 of 3 of “Tides”</summary>" in page
    box = page[page.index('<details class="serial"') : page.index("</details>")]
    assert re.findall(r'href="([^"]+)"', box) == ["/posts/first", "/posts/second", "/posts/third", "/series/tides"]
    assert '<a href="/posts/second" aria-current="page">' in box
    after = page[page.index('aria-label="Parts before and after"') :]
    assert re.findall(r'href="([^"]+)"', after)[:2] == ["/posts/first", "/posts/third"]
    assert "secret" not in page
    assert "serial" not in text_of(browser, f"/posts/{publish_one(session, publish)}")


def test_the_new_address_of_a_series_without_live_parts_is_nobodys_business(
    session: Session, browser: Browser, make: Make, publish: Publish, tides: Series, now: datetime
) -> None:
    editor = make.editor()
    make.post(series_id=tides.id, series_position=1)
    tag = make.tag("Sea")
    actions.update_series(session, tides, {"slug": "merger"}, base_version=1, by=editor, at=now)
    actions.update_tag(session, tag, {"slug": "layoffs"}, by=editor, at=now)
    session.commit()
    for old, new in (("/series/tides", "merger"), ("/tags/sea", "layoffs")):
        answer = browser.get(old)
        assert (answer.status_code, new in answer.get_data(as_text=True)) == (404, False)

    publish(tags=[tag], series_id=tides.id, series_position=2)
    session.commit()

    for old, new in (("/series/tides", "/series/merger"), ("/tags/sea", "/tags/layoffs")):
        answer = browser.get(old)
        assert (answer.status_code, answer.headers["Location"]) == (301, new)


def publish_one(session: Session, publish: Publish) -> str:
    """Of no series."""
    slug = publish().slug
    session.commit()
    return slug


def test_parts_with_one_number_stand_in_the_order_of_time(
    session: Session, browser: Browser, publish: Publish, tides: Series, now: datetime
) -> None:
    for hours, slug in ((1, "later"), (3, "earlier"), (2, "between")):
        publish(slug=slug, series_id=tides.id, series_position=1, published_at=now - HOUR * hours)
    session.commit()

    assert listed(text_of(browser, "/series/tides")) == ["/posts/earlier", "/posts/between", "/posts/later"]


def test_a_series_has_a_page_with_its_parts_in_order(
    session: Session, browser: Browser, make: Make, publish: Publish, decide: Decide, tides: Series
) -> None:
    decide(posts_per_page=2)
    for place in (3, 1, 2):
        publish(slug=f"part-{place}", series_id=tides.id, series_position=place)
    make.post(title="A secret part", series_id=tides.id, series_position=4)
    session.commit()

    first = text_of(browser, "/series/tides")
    assert "Tides</h1>" in first
    assert "Twice a day." in first
    assert "3 parts" in first
    assert listed(first) == ["/posts/part-1", "/posts/part-2"]
    assert '<link rel="canonical" href="http://localhost/series/tides">' in first

    [onward] = re.findall(r'<a href="([^"]+)" rel="next">', first)
    second = text_of(browser, onward)
    assert listed(second) == ["/posts/part-3"]
    assert "Part 3</p>" in second
    assert 'rel="next"' not in second


def test_a_place_in_a_series_stays_one_when_a_part_before_it_comes_or_goes(
    session: Session, publish: Publish, tides: Series, make: Make, now: datetime
) -> None:
    posts = [publish(series_id=tides.id, series_position=place) for place in (2, 4, 4, 6)]
    page = parts.page(session, tides, now, most=2)
    assert page.further is not None

    actions.move_post(session, posts[0], PostMove.TRASH, by=make.editor(), at=now)
    publish(series_id=tides.id, series_position=1)

    onward = parts.page(session, tides, now, most=9, after=Place.read(str(page.further)))
    assert [part.edition.post_id for part in onward.parts] == [posts[2].id, posts[3].id]


@pytest.mark.parametrize(
    "address", ["/series/nothing", "/series/drafts", "/series/tides?after=x", "/series/tides?after="]
)
def test_where_readers_see_no_part_there_is_no_page(
    session: Session, browser: Browser, make: Make, publish: Publish, tides: Series, address: str
) -> None:
    publish(series_id=tides.id, series_position=1)
    make.post(series_id=make.series("Drafts").id, series_position=1)
    session.commit()

    text_of(browser, address, 404)


@given(st.text() | st.from_regex(r"[0-9]{1,12}-[0-9a-f]{1,16}-[0-9a-f]{1,9}", fullmatch=True))
def test_any_text_is_a_place_that_is_written_again_or_none(text: str) -> None:
    place = Place.read(text)

    assert place is None or Place.read(str(place)) == place


def test_an_old_address_leads_to_the_new_one(
    session: Session, browser: Browser, make: Make, publish: Publish, tides: Series, now: datetime
) -> None:
    publish(series_id=tides.id, series_position=1)
    actions.update_series(session, tides, {"slug": "ebb"}, base_version=1, by=make.editor(), at=now)
    session.commit()

    answer = browser.get("/series/tides")

    assert (answer.status_code, answer.location) == (301, "/series/ebb")


def test_machines_read_which_part_of_what_it_is(
    session: Session, browser: Browser, publish: Publish, tides: Series
) -> None:
    for place in (1, 2):
        publish(slug=f"part-{place}", series_id=tides.id, series_position=place)
    session.commit()

    page = text_of(browser, "/posts/part-2")
    told, _way = [json.loads(one) for one in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)]

    assert told["position"] == 2
    series = {"@type": "CreativeWorkSeries", "name": "Tides", "url": "http://localhost/series/tides"}
    assert told["isPartOf"] == series
    assert "<loc>http://localhost/series/tides</loc>" in browser.get("/sitemap-1.xml").text


def test_a_series_without_a_live_part_is_in_no_sitemap(
    session: Session, browser: Browser, make: Make, tides: Series
) -> None:
    make.post(series_id=tides.id, series_position=1)
    session.commit()

    assert "/series/" not in browser.get("/sitemap-1.xml").text


def test_of_a_long_series_the_parts_nearby_are_listed(
    session: Session, publish: Publish, tides: Series, now: datetime
) -> None:
    posts = [publish(series_id=tides.id, series_position=place + 1) for place in range(25)]
    edition = public.at_path(session, f"/posts/{posts[14].slug}", now)
    assert edition is not None

    place = around.around(session, edition, now).in_series

    assert place is not None
    assert (place.number, place.total) == (15, 25)
    assert [part.number for part in place.parts] == list(range(5, 26))
    assert place.earlier is not None
    assert place.earlier.edition.post_id == posts[13].id


@pytest.mark.parametrize(("url", "most"), [("/posts/it", 6), ("/series/tides", 6)])
def test_no_page_of_a_series_asks_more_than_six_questions(
    session: Session,
    engine: Engine,
    browser: Browser,
    make: Make,
    publish: Publish,
    decide: Decide,
    tides: Series,
    url: str,
    most: int,
) -> None:
    decide(logo_id=make.media().id)
    author, sea = make.user("author", avatar_id=make.media().id), make.tag("Sea")
    post = publish(slug="it", author=author, tags=[sea, make.tag()], series_id=tides.id, series_position=5)
    for place in range(12):
        media = make.media().id
        publish(tags=[sea], featured_media_id=media, series_id=tides.id, series_position=place + 1)
        make.comment(post, status="approved")
    session.commit()
    browser.get_unkept(url)

    with counted(engine) as statements:
        assert browser.get_unkept(url).status_code == 200

    assert len(statements) <= most, "\n".join(statements)


def test_a_rename_and_a_new_part_are_seen_at_once(
    session: Session, browser: Browser, make: Make, tides: Series, now: datetime
) -> None:
    make.post(slug="it", status=PUBLISHED, series_id=tides.id, series_position=1)
    session.commit()
    assert "Part 1 of 1 of “Tides”" in browser.get("/posts/it").text

    actions.update_series(session, tides, {"title": "Ebb"}, base_version=1, by=make.editor(), at=now)
    make.post(status=PUBLISHED, series_id=tides.id, series_position=2)
    session.commit()

    assert "Part 1 of 2 of “Ebb”" in browser.get("/posts/it").text
    assert "2 parts" in browser.get("/series/tides").text
