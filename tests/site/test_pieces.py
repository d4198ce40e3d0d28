"""Pieces of pages are printed once, and anew as soon as anything that they show is another."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import url_for
from jinja2.runtime import Macro
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from cms.posts.models import Edition, Post
from cms.settings.models import SettingValue
from cms.site.pieces import REGISTRY, address, piece
from cms.themes.shelf import shipped
from cms.web.themes import themes
from tests.browser import Browser
from tests.factories import Make
from tests.site.test_themes_own import WithTheme, with_theme

__all__ = ["with_theme"]

Decide = Callable[..., None]
Change = Callable[[Edition], None]
LOADED = joinedload(Edition.author), joinedload(Edition.featured_media), selectinload(Edition.tags)
LAYOUTS = [(theme, layout) for theme in shipped() for layout in ("lead", "list", "grid")]


def rename_tag(edition: Edition) -> None:
    edition.tags[0].name = "Ocean"


def move_tag(edition: Edition) -> None:
    edition.tags[0].slug = "ocean"


def rename_author(edition: Edition) -> None:
    edition.author.display_name = "Ines Marlow"


def move_author(edition: Edition) -> None:
    edition.author.username = "marlow"


def replace_file(edition: Edition) -> None:
    edition.featured_media.digest = "0123456789abcdef" * 4


def rename_file(edition: Edition) -> None:
    edition.featured_media.filename = "jetty.webp"


def crop(edition: Edition) -> None:
    edition.featured_media.width, edition.featured_media.height = 600, 300


def move_focus(edition: Edition) -> None:
    edition.featured_media.focal_x, edition.featured_media.focal_y = 0.1, 0.9


def put_in_trash(edition: Edition) -> None:
    edition.featured_media.trashed_at = edition.published_at


def to(**values: object) -> Change:
    """A change of the edition itself."""

    def change(edition: Edition) -> None:
        for name, value in values.items():
            setattr(edition, name, value)

    return change


def move_day(edition: Edition) -> None:
    edition.published_at -= timedelta(days=40)


CHANGES = {
    "title": to(title="The tide table"),
    "summary": to(excerpt="Another summary"),
    "address": to(path="/posts/that", slug="that"),
    "language": to(language="ar"),
    "day": move_day,
    "minutes to read": to(word_count=9000),
    "tag": rename_tag,
    "address of the tag": move_tag,
    "author": rename_author,
    "address of the author": move_author,
    "file": replace_file,
    "name of the file": rename_file,
    "size of the image": crop,
    "most important point": move_focus,
    "image in the trash": put_in_trash,
}
SETTINGS = {
    "language": {"language": "de"},
    "zone": {"timezone": "Pacific/Kiritimati"},
    "theme": {"theme": "gazette"},
    "summaries": {"home_excerpts": False},
    "pictures": {"home_pictures": False},
    "title": {"title": "The Review"},
    "words at the foot": {"about": "Of the sea"},
    "menu": {"menu": ["Imprint | /imprint"]},
    "menu at the foot": {"foot_menu": ["Home | /"]},
}


@pytest.fixture
def edition(session: Session, make: Make, publish: Callable[..., Post]) -> Edition:
    """Of a post with everything that a piece shows, late on a day."""
    ines = make.user("author", username="ines", display_name="Ines Pellow")
    pier = make.media(filename="pier.webp", width=1200, height=800)
    post = publish(
        title="The tide clock", summary="It <ticks>", author=ines, tags=[make.tag("Sea")], featured_media=pier
    )
    session.commit()
    edition = session.scalars(select(Edition).where(Edition.post_id == post.id).options(*LOADED)).one()
    edition.published_at = edition.published_at.replace(hour=20)
    session.commit()
    return edition


def made_anew(browser: Browser) -> str:
    """The front page with every piece printed for it."""
    browser.app.extensions[REGISTRY].cache_clear()
    return browser.get_unkept("/").text


@pytest.mark.parametrize(("theme", "layout"), LAYOUTS)
def test_what_changes_is_shown_at_once(
    session: Session, browser: Browser, decide: Decide, edition: Edition, theme: str, layout: str
) -> None:
    decide(theme=theme, home_layout=layout)
    session.commit()
    before = browser.get_unkept("/").text

    for what, change in CHANGES.items():
        change(edition)
        session.commit()
        after = browser.get_unkept("/").text

        assert after != before, what
        assert after == made_anew(browser), what
        before = after


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_so_is_what_the_owner_decides_otherwise(
    session: Session, browser: Browser, decide: Decide, edition: Edition, settings: dict[str, object]
) -> None:
    before = made_anew(browser)

    decide(**settings)
    session.commit()
    after = browser.get_unkept("/").text

    assert after != before
    assert after == made_anew(browser)
    session.query(SettingValue).delete()
    session.commit()
    assert browser.get_unkept("/").text == before


@pytest.mark.usefixtures("edition")
def test_a_piece_is_printed_once(browser: Browser) -> None:
    made_anew(browser)
    printed = browser.app.extensions[REGISTRY].cache_info().misses

    browser.get_unkept("/")

    assert printed
    assert browser.app.extensions[REGISTRY].cache_info().misses == printed


def test_markup_is_not_taken_for_a_text_that_is_spelled_alike(
    session: Session, browser: Browser, edition: Edition
) -> None:
    """An option that was escaped, such as what a translation says, is another than one that was not."""
    with browser.app.test_request_context("/"):
        found = themes().environment("copydesk", with_own=False)
        entry: Macro = found.get_template("site/_macros.html").module.entry
        as_text, as_markup = (piece(entry, edition, kicker=kind("<b>1</b>")) for kind in (str, Markup))

    assert "&lt;b&gt;1" in as_text
    assert "<b>1</b>" in as_markup


OWN = "<i>{{ edition.updated_at.year }} {{ request.args.ask }}</i>"
#: What is replaced in a theme: a piece itself, or something that a piece of the theme prints.
MACROS = {
    "the piece": (
        {"home_layout": "list"},
        "{% macro entry(edition, with_excerpt=true, with_picture=false) %}" + OWN + "{% endmacro %}"
        '{% import "shipped/site/_macros.html" as base %}{% set list_head, pages, feed_links = '
        "base.list_head, base.pages, base.feed_links %}",
    ),
    "a part of it": (
        {"theme": "gazette"},
        '{% import "shipped/site/_macros.html" as base %}{% set list_head, pages, feed_links, picture, author, day, '
        "tag_link = base.list_head, base.pages, base.feed_links, base.picture, base.author, base.day, base.tag_link %}"
        "{% macro minutes(edition) %}" + OWN + "{% endmacro %}",
    ),
}


@pytest.mark.usefixtures("edition")
@pytest.mark.parametrize(("decided", "macros"), MACROS.values(), ids=MACROS)
def test_what_ones_own_replaces_may_print_anything_of_a_post_and_of_the_request(
    session: Session, decide: Decide, with_theme: WithTheme, decided: dict[str, str], macros: str
) -> None:
    decide(**decided)
    session.commit()
    browser = with_theme({"templates/site/_macros.html": macros})

    first, second = (browser.get_unkept(f"/?ask={word}").text for word in ("one", "two"))

    assert "<i>2026 one</i>" in first
    assert "<i>2026 two</i>" in second


def test_a_page_of_ones_own_may_hand_over_what_can_change(with_theme: WithTheme) -> None:
    page = (
        '{% import "site/_foot.html" as foot %}'
        '{{ furniture(foot.about, title="", words="", read=[{"address": request.args.ask, "label": "Imprint"}]) }}'
    )
    browser = with_theme({"templates/site/home.html": page})

    first, second = (browser.get_unkept(f"/?ask=/{word}").text for word in ("one", "two"))

    assert '<a href="/one">Imprint</a>' in first
    assert '<a href="/two">Imprint</a>' in second


def test_an_address_is_put_together_once_for_each_place_of_the_site(browser: Browser, clean: None) -> None:
    found = []
    for root in ("/", "/blog", "/"):
        with browser.app.test_request_context("/", base_url=f"http://localhost{root}"):
            found += [address("site.tag", slug="größe"), address("site.archive", year="2026", month="03")]
            assert found[-2:] == [url_for("site.tag", slug="größe"), url_for("site.archive", year="2026", month="03")]

    assert found[:2] == found[4:]
    assert found[2].startswith("/blog/")
