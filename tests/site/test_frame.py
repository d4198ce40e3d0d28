"""What stands around every page."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.site.frame import direction_of, menu
from cms.themes.shelf import SHIPPED
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make
from tests.site.test_lists import text_of

pytestmark = pytest.mark.usefixtures("clean")

Decide = Callable[..., None]


def test_the_menu_is_what_the_owner_wrote_and_marks_where_the_reader_is() -> None:
    entries = menu(
        ["Sea | /tags/sea", "A | B | /x", "no address", "| /x", "Evil | javascript:alert(1)", ""], "/tags/sea"
    )

    assert [(entry.label, entry.address, entry.here) for entry in entries] == [
        ("Sea", "/tags/sea", True),
        ("A | B", "/x", False),
    ]


@pytest.mark.parametrize(
    ("language", "direction"),
    [(None, None), ("", None), ("ar", "rtl"), ("he-IL", "rtl"), ("de", "ltr"), ("pt-BR", "ltr")],
)
def test_a_text_knows_its_direction(language: str | None, direction: str | None) -> None:
    assert direction_of(language) == direction


def test_every_page_bears_the_name_of_the_site(session: Session, browser: Browser, make: Make, decide: Decide) -> None:
    logo = make.media(filename="logo.webp", width=400, height=100)
    decide(title="The <Harbour> Review", tagline="Notes", about="A small magazine.", menu=["Sea | /x"], logo_id=logo.id)
    session.commit()

    for url, status in (("/", 200), ("/nothing", 404)):
        page = text_of(browser, url, status)
        assert "The &lt;Harbour&gt; Review" in page
        assert "A small magazine." in page
        assert '<a href="/x">Sea</a>' in page
        assert '/logo.webp" alt="" width="400" height="100"' in page


@pytest.mark.parametrize(
    ("url", "method", "status", "words"),
    [
        ("/nothing", "GET", 404, "Nothing is here"),
        ("/", "DELETE", 405, "does not take that kind of request"),
    ],
)
def test_a_refusal_has_a_page_of_the_site(
    session: Session, browser: Browser, url: str, method: str, status: int, words: str
) -> None:
    session.commit()

    response = browser.client.open(url, method=method, data={"csrf_token": browser.token()})
    page = response.get_data(as_text=True)

    assert response.status_code == status
    assert words in page
    assert 'href="/"' in page
    assert "site.css" in page


def test_the_style_is_one_small_file(app: object) -> None:
    style = SHIPPED / "copydesk" / "static" / "site.css"

    assert style.stat().st_size < 30_000
    assert "@import" not in style.read_text()


def test_a_fault_of_ours_has_a_page_that_asks_the_database_nothing(
    app: Flask, engine: Engine, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setitem(app.view_functions, "site.robots", broken)

    with counted(engine) as statements:
        response = browser.get_unkept("/robots.txt")

    assert response.status_code == 500
    assert "Something went wrong" in response.text
    assert "secret" not in response.text
    assert response.headers["X-Request-Id"] in response.text
    assert "site.css" in response.text
    assert statements == []
