"""A file of tags comes in by plain forms, in a browser that runs no script: looked at, imported, undone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE

pytestmark = pytest.mark.browser

FILE = (
    "Name;Description;Parent;Colour\r\nTides;Twice a day;;blue\r\nSpring tides;;Tides;\r\nHarbour lights;;Nowhere;\r\n"
)


def test_an_editor_brings_in_tags_after_seeing_what_would_change(person: Callable[..., Page]) -> None:
    page = person("editor", java_script_enabled=False, viewport=PHONE)

    page.goto("/admin/tags/")
    page.get_by_role("link", name="Import…").click()
    page.get_by_label("File (required)").set_input_files(
        {"name": "tags.csv", "mimeType": "text/csv", "buffer": ("\ufeff" + FILE).encode()}
    )
    page.get_by_role("button", name="Look at what would change").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("tags.csv: 3 rows")
    expect(page.get_by_text("are ignored: Colour.")).to_be_visible()
    refused = page.get_by_role("listitem").filter(has_text="Line 4")
    expect(refused).to_contain_text("Parent: There is no such tag.")
    page.get_by_role("link", name="Refused 1").click()
    expect(page.get_by_text("Line 2")).to_have_count(0)
    page.get_by_role("button", name="Import 2 rows").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("tags.csv: imported")
    page.get_by_role("link", name="Back to the list").click()
    page.goto("/admin/tags/?search=tides")
    expect(page.get_by_role("link", name="Spring tides", exact=True)).to_be_visible()
    page.go_back()
    page.go_back()
    page.get_by_role("button", name="Undo all").click()

    expect(page.locator("#outcome-head")).to_contain_text("2")
    expect(page.get_by_role("link", name="Spring tides", exact=True)).to_have_count(0)
