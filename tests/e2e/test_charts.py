"""The charts on Today say the number of a day, to whoever points at it and to whoever walks along with the keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_a_day_is_told_by_pointing_and_by_arrow_keys(person: Callable[..., Page]) -> None:
    page = person("editor")
    page.goto("/admin/")
    days = page.get_by_role("slider", name="Comments, day by day")
    chart = page.locator("[data-chart]", has=days)
    told = chart.locator("output")
    titles = chart.locator("title").all_text_contents()

    days.hover(position={"x": 1, "y": 10})
    expect(told).to_have_text(titles[0])
    page.mouse.move(0, 0)
    expect(told).to_be_empty()

    chart.locator("summary").focus()
    page.keyboard.press("Shift+Tab")
    expect(days).to_be_focused()
    expect(told).to_have_text(titles[-1])
    page.keyboard.press("ArrowLeft")
    expect(told).to_have_text(titles[-2])
    expect(days).to_have_attribute("aria-valuetext", titles[-2])
    page.keyboard.press("Home")
    expect(told).to_have_text(titles[0])
    page.keyboard.press("Tab")
    expect(told).to_be_empty()


def test_without_script_the_drawing_carries_the_numbers(person: Callable[..., Page]) -> None:
    page = person("editor", java_script_enabled=False)

    page.goto("/admin/")

    expect(page.get_by_role("slider")).to_have_count(0)
    assert len(page.locator("[data-chart]").first.locator("rect > title").all_text_contents()) == 28
