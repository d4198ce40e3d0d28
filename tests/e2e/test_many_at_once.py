"""Many rows at once: a range with Shift, everything that matches, looked at before it runs, run, and undone as one."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, WIDE
from tests.e2e.looking import barriers

Person = Callable[..., Page]

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_range_of_rows_then_everything_that_matches(person: Person, viewport: dict[str, int]) -> None:
    page, tag = person("editor", viewport=viewport), f"Sorted at {viewport['width']}"
    page.goto("/admin/posts/?sort=title")
    boxes = page.locator("input[name=rowid]")
    shown = page.get_by_role("region", name="Selected entries")

    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(shown.get_by_text("4 selected")).to_be_visible()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(shown.get_by_text("2 selected")).to_be_visible()
    everything = shown.get_by_label("that match")
    expect(everything).to_be_hidden()
    page.get_by_label("Select all on this page").check()
    expect(shown.get_by_text("25 selected")).to_be_visible()
    expect(everything).not_to_be_checked()
    boxes.nth(0).uncheck()
    expect(everything).to_be_hidden()
    page.get_by_label("Select all on this page").check()
    everything.check()
    assert barriers_at(page, viewport) == []
    shown.locator("summary").click()
    page.get_by_role("button", name="Add tag…").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("everything that matches")
    page.get_by_label("Tag to add").fill(tag)
    page.get_by_role("button", name="Look at what would change").click()
    expect(page.get_by_text("Nothing was changed yet.")).to_be_visible()
    will_change = int(page.get_by_text("will change").inner_text().split()[0])
    assert will_change > 25
    assert barriers_at(page, viewport) == []
    page.get_by_role("button", name="Add tag", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Add tag: finished")
    expect(page.get_by_text(f"{will_change} done")).to_be_visible()
    page.get_by_role("button", name="Undo all").click()

    expect(page.locator("#outcome-head")).to_contain_text(str(will_change))
    page.goto(f"/admin/posts/?tag={tag.replace(' ', '-').lower()}")
    expect(page.get_by_text("Nothing matches.")).to_be_visible()


def barriers_at(page: Page, viewport: dict[str, int]) -> list[str]:
    found = barriers(page)
    page.set_viewport_size(viewport)  # type: ignore[arg-type]
    return found
