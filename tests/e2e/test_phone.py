"""On a telephone: whatever a button opens lies on the screen, where a thumb reaches it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import PHONE
from tests.e2e.looking import NARROWEST

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", ["posts/", "comments/", "media/", "users/"])
def test_menus_of_a_list_open_within_the_screen(person: Callable[..., Page], path: str) -> None:
    page = person("owner", viewport=PHONE)
    page.goto(f"/admin/{path}")
    for viewport in (PHONE, NARROWEST):
        page.set_viewport_size(viewport)
        for menu in page.locator(".head .menu").all():
            menu.locator("summary").click()
            box = menu.locator("summary + *").bounding_box()
            assert box
            assert box["x"] >= 0, menu.inner_text()
            assert box["x"] + box["width"] <= viewport["width"], menu.inner_text()
            page.keyboard.press("Escape")


@pytest.mark.parametrize(("who", "path"), [("owner", "media/"), ("contributor", "posts/"), ("owner", "users/")])
def test_the_menu_of_a_row_stays_on_the_screen_and_off_the_checkboxes(
    person: Callable[..., Page], who: str, path: str
) -> None:
    page = person(who, viewport=PHONE)
    page.goto(f"/admin/{path}")
    for viewport in (PHONE, NARROWEST):
        page.set_viewport_size(viewport)
        for number in (0, 1):
            menu = page.locator("main .menu:has(> [aria-label^='More for'])").nth(number)
            menu.locator("summary").click()
            box = menu.locator("> ul").bounding_box()
            picks = page.locator(".table .pick input").first
            start = picks.bounding_box() if picks.count() else {"x": 0, "width": 0}
            assert box
            assert start
            assert start["x"] + start["width"] <= box["x"], menu.inner_text()
            assert box["x"] + box["width"] <= viewport["width"], menu.inner_text()
            page.keyboard.press("Escape")


def test_the_view_that_is_shown_is_in_sight_among_the_others(person: Callable[..., Page]) -> None:
    page = person("owner", viewport=PHONE)
    page.goto("/admin/posts/")
    last = page.locator(".tabs a").last.get_attribute("href")

    page.goto(str(last))

    box = page.locator(".tabs [aria-current]").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
