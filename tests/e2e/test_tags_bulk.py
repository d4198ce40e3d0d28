"""Two tags become one and come back: without a script, and with the keyboard alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import findings
from tests.e2e.test_keyboard import tab_to

Person = Callable[..., Page]

pytestmark = pytest.mark.browser


def make_tags(page: Page, *names: str) -> None:
    for name in names:
        page.goto("/admin/tags/new/")
        page.get_by_label("Name").fill(name)
        page.get_by_role("button", name="Create").click()
        expect(page.get_by_text(f"“{name}” was created.")).to_be_visible()


def test_two_tags_are_merged_without_a_script(person: Person) -> None:
    page = person("editor", java_script_enabled=False)
    make_tags(page, "Quay walls", "Quay-walls old")

    page.goto("/admin/tags/?search=Quay")
    page.get_by_label("Select Quay walls").check()
    page.get_by_label("Select Quay-walls old").check()
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Merge: 2 entries")
    page.get_by_label("Tag that stays").select_option("Quay walls")
    page.get_by_role("button", name="Look at what would change").click()
    expect(page.get_by_text("1 will change")).to_be_visible()
    page.get_by_role("button", name="Merge").click()

    expect(page.get_by_role("heading", name="Merged: 1 tag.")).to_be_visible()
    expect(page.get_by_role("link", name="Quay-walls old", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Undo all").click()
    expect(page.get_by_role("heading", name="Undone: 1 tag.")).to_be_visible()
    expect(page.get_by_role("link", name="Quay-walls old", exact=True)).to_be_visible()


def test_a_range_is_selected_merged_and_brought_back_with_the_keyboard_alone(person: Person) -> None:
    page = person("editor")
    make_tags(page, "Mast one", "Mast three", "Mast two")

    page.goto("/admin/tags/?search=Mast")
    page.get_by_label("Select Mast one").focus()
    page.keyboard.press("Space")
    page.get_by_label("Select Mast two").focus()
    page.keyboard.press("Shift+Space")
    expect(page.get_by_label("Select Mast three")).to_be_checked()
    tab_to(page, page.get_by_role("button", name="Merge"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Tag that stays"))
    page.keyboard.type("Mast three")
    tab_to(page, page.get_by_role("button", name="Look at what would change"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 will change")).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Merge"))
    page.keyboard.press("Enter")

    outcome = page.locator(".outcome")
    expect(outcome).to_contain_text("Merged: 2 tags.")
    expect(page.locator("a.title")).to_have_text(["Mast three"])
    tab_to(page, outcome.get_by_role("button", name="Undo all"))
    page.keyboard.press("Enter")
    expect(page.locator(".outcome")).to_contain_text("Undone: 2 tags.")
    expect(page.locator("a.title")).to_have_text(["Mast one", "Mast three", "Mast two"])


def test_the_form_that_renames_has_nothing_that_keeps_anybody_out(person: Person) -> None:
    page = person("editor")
    make_tags(page, "Bollard")

    page.goto("/admin/tags/?search=Bollard")
    page.get_by_label("Select Bollard").check()
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("group", name="Bollard")).to_be_visible()
    assert findings(page) == []
    page.get_by_label("Name").fill("Bollards")
    page.get_by_label("Address").fill("")
    page.get_by_role("button", name="Look at what would change").click()
    page.get_by_role("button", name="Rename").click()

    expect(page.get_by_role("heading", name="Renamed: 1 tag.")).to_be_visible()
    expect(page.get_by_text("/tags/bollards")).to_be_visible()
