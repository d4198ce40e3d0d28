"""What is made for programs, in front of a person: feeds open as a page, and data in the head disturbs no policy."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looking import barriers

Person = Callable[..., Page]
POST = "/posts/tide-clock-pier-9"
#: What is shown of an entry; the rest, escaped HTML among it, is for programs.
SHOWN = """[...document.querySelectorAll("entry > *, item > *")]
    .filter((one) => getComputedStyle(one).display !== "none").map((one) => one.localName)"""


@pytest.mark.browser
@pytest.mark.parametrize("feed", ["/feed.atom", "/feed.rss", f"{POST}/comments.atom", f"{POST}/comments.rss"])
def test_a_feed_opens_as_a_page_that_leads_on(person: Person, feed: str) -> None:
    page = person()
    page.goto(feed)

    expect(page.get_by_text("This is a feed")).to_be_visible()
    assert set(page.evaluate(SHOWN)) == {"h2", "description" if feed.endswith("rss") else "summary"}
    entry = page.locator("h2 a").first
    expect(entry).to_be_visible()
    entry.click()
    page.wait_for_url("**/posts/**")


@pytest.mark.browser
def test_data_for_search_engines_is_there_and_the_policy_says_nothing(person: Person, complaints: list[str]) -> None:
    page = person()
    page.goto(POST)

    data = page.locator('script[type="application/ld+json"]').first.text_content()
    assert json.loads(data or "")["@type"] == "Article"
    assert complaints == []


@pytest.mark.browser
def test_a_missing_page_helps_to_find_what_was_meant(person: Person) -> None:
    page = person()
    page.goto("/posts/tide-clok-pier-9")

    form = page.get_by_role("search", name="Search", exact=True)
    expect(form.get_by_role("searchbox")).to_have_value("tide clok pier 9")
    assert barriers(page) == []
    page.get_by_role("link", name="The tide clock on Pier 9").click()
    page.wait_for_url(f"**{POST}")
