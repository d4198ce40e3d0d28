"""Words without an end, in everything that people can write: no page scrolls sideways for them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, WIDE
from tests.e2e.looking import NARROWEST, too_wide

Person = Callable[..., Page]
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"

pytestmark = pytest.mark.browser


def test_no_page_scrolls_sideways_for_a_long_word(person: Person) -> None:
    editor, visitor = person("editor"), person(viewport=PHONE)
    editor.goto("/admin/posts/new/")
    editor.get_by_label("Title", exact=True).fill(LONG * 2)
    editor.get_by_label("Text, in Markdown").fill(
        f"{LONG}\n\n## {LONG}\n\n## {LONG} 2\n\n> {LONG}\n\n- {LONG}\n\n`{LONG}`\n\n"
        f"| {LONG} | b |\n|-|-|\n| {LONG} | b |\n"
    )
    editor.locator("#tags").fill(LONG[:50])
    editor.locator("#summary").fill(LONG * 4)
    editor.locator("#slug").fill("long-words")
    editor.get_by_role("button", name="Publish", exact=True).click()
    expect(editor.get_by_text("was published.")).to_be_visible()
    editor.goto("/admin/posts/new/")
    editor.get_by_label("Title", exact=True).fill("Another")
    editor.locator("#slug").fill("long-words")
    editor.get_by_role("button", name="Save draft").click()
    for told in (editor.locator("#faults"), editor.locator("#slug-error")):
        expect(told).to_contain_text(LONG)
        assert told.evaluate("told => told.scrollWidth <= told.clientWidth")
    visitor.goto("/posts/long-words/comments")
    visitor.get_by_label("Name").fill(LONG[:60])
    visitor.get_by_label("E-mail").fill("long@example.com")
    visitor.get_by_label("Comment", exact=True).fill(LONG * 3)
    assert_fits(visitor)
    visitor.get_by_role("button", name="Send comment").click()
    visitor.wait_for_url("**/comments/received**")
    assert_fits(visitor)

    visitor.goto("/posts/long-words")
    tag = visitor.locator(".kicker a").get_attribute("href")
    author = visitor.locator("a[rel=author]").first.get_attribute("href")
    month = visitor.locator(".by a.quiet").first.get_attribute("href")
    for address in ("/", "/posts/long-words", "/posts", tag, author, month, "/no-such-page"):
        visitor.goto(str(address))
        assert_fits(visitor)
    for address in ("/admin/comments/", "/admin/moderation/", "/admin/posts/"):
        editor.goto(address)
        assert_fits(editor)


def assert_fits(page: Page) -> None:
    for viewport in (WIDE, PHONE, NARROWEST):
        page.set_viewport_size(viewport)
        assert too_wide(page) == [], f"{page.url} at {viewport['width']}"
