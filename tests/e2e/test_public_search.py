"""What script adds to the search of the public site: titles while somebody types."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looking import barriers

Person = Callable[..., Page]


@pytest.mark.browser
def test_titles_appear_while_somebody_types_and_are_chosen_by_keyboard(person: Person) -> None:
    page = person()
    page.goto("/search")
    field = page.get_by_role("search", name="Search this site").get_by_role("searchbox")
    field.focus()
    field = page.locator("#q[role=combobox]")

    field.press_sequentially("tide cl")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("option").first).to_have_text("The tide clock on Pier 9")
    assert barriers(page) == []
    field.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    field.press_sequentially("o")
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    field.press("ArrowUp")
    field.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_have_text("The tide clock on Pier 9")
    field.press("Enter")

    page.wait_for_url("**/posts/tide-clock-pier-9")


@pytest.mark.browser
def test_results_are_reached_by_the_form_of_any_page_with_a_mistake_in_the_word(person: Person) -> None:
    page = person()
    page.goto("/")

    field = page.locator("#foot-q")
    field.fill("tide clok")
    field.press("Enter")

    page.wait_for_url("**/search?q=tide+clok")
    expect(page.get_by_role("link", name="The tide clock on Pier 9").first).to_be_visible()
    expect(page.get_by_role("link", name="tide clock", exact=True)).to_be_visible()
    assert barriers(page) == []
