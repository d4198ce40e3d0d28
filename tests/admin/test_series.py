"""Series through the back office: made, changed, deleted, and chosen for a post."""

import re
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.audit.models import Event
from cms.posts.actions import series as placing
from cms.posts.models import Post
from cms.series.models import Series
from tests.admin.importing import preview, run, told
from tests.admin.posts import edited, only_post
from tests.browser import Browser
from tests.factories import Make


@pytest.fixture
def desk(browser: Browser, session: Session, make: Make) -> Browser:
    editor = make.editor()
    session.commit()
    return browser.sign_in(editor)


def only_series(session: Session) -> Series:
    session.commit()
    session.expire_all()
    series = session.scalars(select(Series)).one()
    session.commit()
    return series


def kept(session: Session, thing: Any) -> Any:
    """The lock is given up, so that the browser may write."""
    session.commit()
    return thing


def test_an_editor_makes_a_series_changes_it_and_readers_are_led_on(desk: Browser, session: Session) -> None:
    answer = desk.post("/admin/series/new/", {"title": "On the tides", "description": "Twice a day."})
    assert answer.status_code == 302
    series = only_series(session)
    assert (series.title, series.slug, series.description) == ("On the tides", "on-the-tides", "Twice a day.")
    assert "was created" in desk.get(answer.location or "").text

    form = {"version": "1", "title": "On tides", "slug": "tides", "description": ""}
    assert desk.post(f"/admin/series/edit/?id={series.id}", form).status_code == 302
    assert (only_series(session).slug, only_series(session).version) == ("tides", 2)

    late = desk.post(f"/admin/series/edit/?id={series.id}", form | {"title": "Mine"})
    assert late.status_code == 409
    assert "was changed by somebody else" in late.text


def test_a_refused_form_comes_back_with_what_was_typed(desk: Browser, session: Session, make: Make) -> None:
    kept(session, make.series("Tides"))

    answer = desk.post("/admin/series/new/", {"title": "Typed <b>", "slug": "tides"})

    assert answer.status_code == 422
    assert "Typed &lt;b&gt;" in answer.text
    assert "This address is taken by another series." in answer.text


def test_the_list_says_how_many_posts_each_has_and_leads_to_them(desk: Browser, session: Session, make: Make) -> None:
    tides, unused = make.series("Tides"), make.series("Lights")
    for place in (1, 2):
        make.post(title=f"Tide {place}", series_id=tides.id, series_position=place)
    make.post(title="Elsewhere")
    session.commit()

    page = desk.get("/admin/series/").text
    assert '<a href="/admin/posts/?series=tides">2 posts</a>' in page
    assert unused.title in page
    assert unused.title not in desk.get("/admin/series/?used=yes").text

    posts = desk.get("/admin/posts/?series=tides").text
    assert "Tide 2" in posts
    assert "Elsewhere" not in posts


def test_deleting_asks_first_and_can_be_undone(desk: Browser, session: Session, make: Make) -> None:
    tides = make.series("Tides")
    make.post(series_id=tides.id, series_position=3)
    session.commit()

    asked = desk.get(f"/admin/series/delete/?id={tides.id}")
    assert "1 post leaves it and stays." in asked.text
    assert desk.post("/admin/series/delete/", {"id": str(tides.id)}).status_code == 302
    assert only_post(session).series_id is None
    event = kept(session, session.scalars(select(Event).where(Event.verb == "series.delete")).one())
    assert "Tides" in desk.get("/admin/activity/").text

    assert desk.post(f"/admin/activity/{event.id}/undo").status_code in (302, 303)
    assert (only_post(session).series_id, only_post(session).series_position) == (tides.id, 3)


def test_who_may_not_manage_tags_is_told_so_and_may_still_choose_a_series(
    browser: Browser, session: Session, make: Make
) -> None:
    author, tides = make.author(), make.series("Tides")
    post = make.post(author=author)
    session.commit()
    browser.sign_in(author)

    refused = browser.get("/admin/series/")
    assert refused.status_code == 403
    assert "Manage tags" in refused.text

    form = edited(post, series_id=str(tides.id), series_position="")
    assert browser.post(f"/admin/posts/edit/?id={post.id}", form).status_code == 302
    assert (only_post(session).series_id, only_post(session).series_position) == (tides.id, 1)


def test_the_editor_shows_the_series_and_takes_another_place(desk: Browser, session: Session, make: Make) -> None:
    tides = make.series("Tides")
    post = kept(session, make.post(series_id=tides.id, series_position=4))

    page = desk.get(f"/admin/posts/edit/?id={post.id}").text
    assert re.search(rf'<option selected value="{tides.id}">Tides</option>', page)
    assert re.search(r'name="series_position"[^>]* value="4"', page)

    form = edited(post, series_id=str(tides.id), series_position="2")
    desk.post(f"/admin/posts/edit/?id={post.id}", form)
    post = only_post(session)
    assert post.series_position == 2

    desk.post(f"/admin/posts/edit/?id={post.id}", edited(post, series_id="", series_position="2"))
    assert (only_post(session).series_id, only_post(session).series_position) == (None, None)


@pytest.mark.parametrize(
    ("series", "place", "said"),
    [
        ("99999", "", "Choose one of the list."),
        ("{0}", "0", "This must be a number from 1 to 9999."),
        ("{0}", "one", "This must be a whole number."),
        ("{0}", "", "A series has at most 1 parts."),
    ],
)
def test_a_place_that_cannot_be_is_explained_at_its_field(
    desk: Browser, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch, series: str, place: str, said: str
) -> None:
    monkeypatch.setattr(placing, "MOST_PARTS", 1)
    tides, post = make.series("Tides"), make.post()
    make.post(series_id=tides.id, series_position=1)
    session.commit()

    form = edited(post, series_id=series.format(tides.id), series_position=place)
    answer = desk.post(f"/admin/posts/edit/?id={post.id}", form)

    assert answer.status_code == 422
    assert said in answer.text


def test_two_people_who_move_a_post_to_different_series_choose_by_name(
    desk: Browser, session: Session, make: Make
) -> None:
    tides, lights = make.series("Tides"), make.series("Lights")
    post = kept(session, make.post())
    desk.post(f"/admin/posts/edit/?id={post.id}", edited(post, series_id=str(tides.id), series_position="1"))

    answer = desk.post(f"/admin/posts/edit/?id={post.id}", edited(post, series_id=str(lights.id), series_position="1"))

    assert answer.status_code == 409
    assert "Tides" in answer.text
    assert "Lights" in answer.text


def test_a_version_is_compared_by_the_name_of_its_series(desk: Browser, session: Session, make: Make) -> None:
    tides = make.series("Tides")
    post = kept(session, make.post())
    desk.post(f"/admin/posts/edit/?id={post.id}", edited(post, series_id=str(tides.id), series_position="1"))

    page = told(desk.get(f"/admin/posts/version/?id={post.id}&number=1").text)

    assert "Series added: Tides" in page
    assert "Part number added: 1" in page


def test_a_file_places_posts_in_a_series_by_its_address_or_title(desk: Browser, session: Session, make: Make) -> None:
    owner = make.owner()
    tides = make.series("On tides", slug="tides")
    for number in range(2):
        make.series("Twice", slug=f"twice-{number}")
    session.commit()
    desk.sign_in(owner)

    place = preview(desk, "posts", "title,series,series_position\nA,tides,7\nB,On tides,\nC,Twice,\nD,Nothing,\n")
    page = told(desk.get(place).text)
    assert "Series: Several series have this title. Give the address of one." in page
    assert "Series: There is no such series." in page
    run(desk, place)

    session.expire_all()
    placed = session.execute(select(Post.title, Post.series_id, Post.series_position).order_by(Post.title)).all()
    assert [tuple(row) for row in placed] == [("A", tides.id, 7), ("B", tides.id, 8)]
