"""Taking back what was just done: one button beside the message, with and without a script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

Person = Callable[..., Page]

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripted", [True, False])
def test_a_move_is_undone_beside_the_message_that_tells_of_it(person: Person, scripted: bool) -> None:
    page = person("editor", java_script_enabled=scripted)
    page.goto("/admin/posts/new/")
    page.get_by_label("Title", exact=True).fill(f"Buoys {scripted}")
    page.get_by_role("button", name="Publish").first.click()

    page.locator(".message").get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")

    expect(page.locator(".message")).to_contain_text("Undone")
    expect(page.locator(".message").get_by_role("button", name="Redo")).to_be_visible()
