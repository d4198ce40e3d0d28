"""What is typed outlives the page that it was typed on."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.looking import barriers

Person = Callable[..., Page]

pytestmark = pytest.mark.browser

KEPT = re.compile(r"Kept \d\d:\d\d")


def said(page: Page) -> Locator:
    return page.locator("[data-kept-words]")


def text(page: Page) -> Locator:
    return page.get_by_label("Text, in Markdown")


def begin(page: Page) -> None:
    """A new post, without what another test left there."""
    page.goto("/admin/posts/new/")
    if page.get_by_role("button", name="Discard").count():
        page.get_by_role("button", name="Discard").click()
        expect(page.get_by_role("note")).to_have_count(0)


def test_a_page_that_dies_loses_nothing_and_its_writer_goes_on(person: Person) -> None:
    page = person("author")
    begin(page)
    page.get_by_label("Title", exact=True).fill("The breakwater")
    text(page).press_sequentially("Built of basalt.")
    page.get_by_label("Tags", exact=True).fill("Sea, Stone")
    expect(said(page)).to_have_text(KEPT)
    page.close()  # as a crash does, which asks nobody

    page = person("author")
    page.goto("/admin/posts/new/")
    notice = page.get_by_role("note")
    expect(notice).to_contain_text("and did not save.")
    expect(notice).to_contain_text("It differs in: Title, Text, Tags")
    assert barriers(page) == []
    page.get_by_role("link", name="Go on with it").click()
    expect(text(page)).to_have_value("Built of basalt.")
    expect(page.get_by_label("Tags", exact=True)).to_have_value("Sea, Stone")
    assert barriers(page) == []
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url("**/edit/**")

    expect(page.get_by_label("Title", exact=True)).to_have_value("The breakwater")
    page.goto("/admin/posts/new/")
    expect(page.get_by_role("note")).to_have_count(0)


def test_only_what_is_not_kept_asks_before_it_is_left(person: Person) -> None:
    page = person("author")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    begin(page)
    text(page).fill("Not kept so soon.")
    page.goto("/admin/")
    assert asked == ["beforeunload"]

    page.goto("/admin/posts/new/")
    text(page).press_sequentially("Kept after a pause.")
    expect(said(page)).to_have_text(KEPT)
    page.goto("/admin/")
    assert asked == ["beforeunload"]

    page.goto("/admin/posts/new/")
    page.get_by_role("button", name="Discard").click()
    expect(page.locator(".message.success")).to_have_text("What you had typed was discarded.")
    expect(page.get_by_role("note")).to_have_count(0)


def test_without_a_connection_it_says_so_and_tries_again(person: Person) -> None:
    page = person("author")
    begin(page)
    page.context.set_offline(True)
    text(page).fill("Written on the ferry.\n" * 80)
    expect(said(page)).to_have_text("Not kept: no connection. Trying again.")
    expect(said(page)).to_be_in_viewport()
    assert barriers(page) == []

    page.context.set_offline(False)
    expect(said(page)).to_have_text(KEPT)

    text(page).fill("")
    expect(said(page)).to_be_empty()
    page.reload()
    expect(page.get_by_role("note")).to_have_count(0)
