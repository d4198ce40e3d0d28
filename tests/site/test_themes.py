"""Every public page in every theme, and what an owner chooses of each."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from cms.comments.lifecycle import APPROVED
from cms.posts.models import Post
from cms.themes.shelf import shipped
from tests.browser import Browser
from tests.factories import Make
from tests.site.commenting import FORM

Decide = Callable[..., None]
THEMES = tuple(shipped())
PLACES = {
    "/": 200,
    "/posts": 200,
    "/posts?before=nonsense": 404,
    "/posts/it": 200,
    "/tags/sea": 200,
    "/series/clocks": 200,
    "/authors/ines": 200,
    "/archive/2026/03": 200,
    "/about": 200,
    "/search": 200,
    "/subscribe": 200,
    "/search?q=tide": 200,
    "/search?q=nothing-like-it": 200,
    "/nothing": 404,
    FORM: 200,
}
SHEETS = re.compile(r'<link rel="stylesheet" href="([^"]+)"')


@pytest.fixture
def magazine(session: Session, make: Make, publish: Callable[..., Post]) -> Post:
    ines = make.user("author", username="ines", display_name="Ines Pellow")
    picture = make.media(filename="pier.webp", width=1200, height=800)
    place = {"series_id": make.series("Clocks").id, "series_position": 1}
    sea = make.tag("Sea")
    post = publish(slug="it", title="The tide clock", author=ines, tags=[sea], featured_media=picture, **place)
    for number in range(6):
        publish(title=f"Number {number}", summary=f"Summary {number}", author=ines)
    make.page(title="About", slug="about", status=post.status)
    make.comment(post=post, status=APPROVED)
    session.commit()
    return post


@pytest.mark.parametrize("layout", ["lead", "list", "grid"])
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.usefixtures("magazine")
def test_every_public_page_is_in_the_theme(
    session: Session, browser: Browser, decide: Decide, theme: str, layout: str
) -> None:
    decide(theme=theme, home_layout=layout, title="The Review")
    session.commit()

    for place, status in PLACES.items():
        answer = browser.get(place)
        assert answer.status_code == status, place
        assert "The Review" in answer.text
        sheets = SHEETS.findall(answer.text)
        assert all(f"/static/theme/{theme}/" in sheet for sheet in sheets if "pygments" not in sheet), place
        assert any(sheet.endswith("/gazette.css") for sheet in sheets) is (theme == "gazette"), place
    for sheet in sheets:
        served = browser.get(sheet)
        assert served.status_code == 200
        assert "immutable" in served.headers["Cache-Control"]


@pytest.mark.parametrize("layout", ["lead", "list", "grid"])
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.usefixtures("magazine")
def test_the_front_page_shows_as_much_as_the_owner_wants(
    session: Session, browser: Browser, decide: Decide, theme: str, layout: str
) -> None:
    decide(theme=theme, home_layout=layout, home_posts=3, home_excerpts=False, home_pictures=False)
    session.commit()

    page = browser.get("/").text

    assert page.count("<article") == 3
    assert "Summary 5" not in page
    assert "<picture" not in page
    assert browser.get("/posts").text.count("<article") == 7
    older = re.search(r'href="/(\?before=[^"]+)" rel="next"', page)
    assert older
    assert browser.get(f"/{older[1]}").text.count("<article") == 4


def test_the_foot_has_a_menu_of_its_own_where_the_owner_wants_one(
    session: Session, browser: Browser, decide: Decide
) -> None:
    decide(menu=["Sea | /sea"], foot_menu=["Imprint | /imprint"])
    session.commit()

    page = browser.get("/").text

    head, foot = page[: page.index("<footer")], page[page.index("<footer") :]
    assert (">Sea<" in head, ">Imprint<" in head) == (True, False)
    assert (">Sea<" in foot, ">Imprint<" in foot) == (False, True)


def test_a_theme_that_this_version_does_not_have_is_the_default(
    session: Session, browser: Browser, decide: Decide
) -> None:
    decide(theme="of-tomorrow")
    session.commit()

    assert "/static/theme/copydesk/" in browser.get("/").text


def test_colours_and_fonts_come_as_a_sheet_that_may_be_kept_for_ever(
    session: Session, browser: Browser, decide: Decide
) -> None:
    session.commit()
    assert "/static/look/" not in browser.get("/").text
    decide(accent_light="#0b5f35", heading_font="slab")
    session.commit()

    page = browser.get("/").text
    sheets = SHEETS.findall(page)
    look = next(sheet for sheet in sheets if "/static/look/" in sheet)
    served = browser.get(look)

    assert (served.status_code, served.mimetype) == (200, "text/css")
    assert "immutable" in served.headers["Cache-Control"]
    assert "--pencil:light-dark(#0b5f35," in served.text
    assert "Rockwell" in served.text
    assert "Set-Cookie" not in served.headers
    assert sheets.index(look) < next(number for number, sheet in enumerate(sheets) if sheet.endswith("/site.css"))
    assert " style=" not in page
    assert "<style" not in page

    other = browser.get(look.replace(look.split("/")[3], "0" * 12))
    assert (other.status_code, other.headers["Cache-Control"]) == (200, "max-age=60")


@pytest.mark.parametrize(
    "place",
    [
        "0/copydesk/x-x-x-x-x-x_}_.css",
        "0/copydesk/x.css",
        "0/nothing/0b5f35-x-x-x-x-x__.css",
        "0/copydesk/%7D*%7B-x-x-x-x-x__.css",
    ],
)
def test_nobody_makes_a_sheet_of_their_own(session: Session, browser: Browser, place: str) -> None:
    session.commit()

    assert browser.get(f"/static/look/{place}").status_code == 404


@pytest.mark.parametrize("place", ["copydesk/0/../../secret_key", "copydesk/0/nothing.css", "nothing/0/site.css"])
def test_nothing_but_a_theme_is_served_under_its_address(session: Session, browser: Browser, place: str) -> None:
    session.commit()

    assert browser.get(f"/static/theme/{place}").status_code == 404
    assert browser.get("/static/theme/copydesk/0123456789ab/site.css").status_code == 200  # of the version before
