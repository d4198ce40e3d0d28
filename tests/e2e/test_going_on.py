"""Saving from the keyboard leaves a writer where they were in the text."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.looking import barriers

Person = Callable[..., Page]

pytestmark = pytest.mark.browser

LINES = "\n".join(f"Line {number} of the log of the lightship." for number in range(200))


def text(page: Page) -> Locator:
    return page.get_by_label("Text, in Markdown")


def place(page: Page) -> list[Any]:
    return text(page).evaluate(
        "text => [document.activeElement === text, text.selectionStart, text.selectionEnd, text.selectionDirection,"
        " Math.round(text.getBoundingClientRect().top), text.scrollTop]"
    )


def written(page: Page, title: str) -> None:
    """A long post that is not saved yet, and somebody in the middle of it."""
    page.goto("/admin/posts/new/")
    page.get_by_label("Title", exact=True).fill(title)
    text(page).fill(LINES)
    select(page, 3000, 3200)


def select(page: Page, start: int, end: int) -> None:
    text(page).evaluate(f"text => {{ text.focus(); text.setSelectionRange({start}, {end}, 'backward'); }}")
    page.evaluate("window.scrollTo({ top: 1500, behavior: 'instant' })")


def test_the_selection_and_the_text_stay_where_they_were_and_what_was_done_is_in_sight(person: Person) -> None:
    page = person("author")
    written(page, "A lightship")
    before = place(page)

    page.keyboard.press("Control+s")
    page.wait_for_url("**/edit/**")
    said = page.get_by_text("Saved.", exact=True)
    expect(said).to_be_in_viewport()
    assert place(page) == before
    assert before[:4] == [True, 3000, 3200, "backward"]
    assert barriers(page) == []

    page.keyboard.type("And on.")
    expect(said).not_to_be_in_viewport()
    page.keyboard.press("Control+s")
    expect(said).to_be_in_viewport()
    assert place(page)[:3] == [True, 3007, 3007]
    expect(text(page)).to_have_value(LINES[:3000] + "And on." + LINES[3200:])


def test_it_is_nobodys_place_in_another_text_or_when_a_button_was_pressed(person: Person) -> None:
    page = person("editor")
    written(page, "A second lightship")

    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url("**/edit/**")
    assert place(page)[0] is False

    select(page, 30, 30)
    text(page).evaluate("text => text.form.addEventListener('submit', (event) => event.preventDefault())")
    page.keyboard.press("Control+s")  # nothing answers
    page.goto("/admin/pages/new/")
    assert place(page)[0] is False
