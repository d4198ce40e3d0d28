"""The first minutes of a site: behind the address that `serve` prints, somebody becomes the owner of an empty one."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import running
from tests.e2e.looking import barriers
from tests.e2e.walks import fill, press

pytestmark = pytest.mark.browser


def test_the_first_owner_sets_up_an_empty_site(person: Callable[..., Page], tmp_path: Path) -> None:
    page = person()

    with running("serve", tmp_path) as server:
        address = server.url + server.last_link("set-up")
        page.goto(address)
        assert barriers(page) == []
        press("Set up")(page)
        expect(page.locator("[aria-invalid]").first).to_be_visible()
        assert barriers(page) == []
        fields = {
            "Title of the site": "Notes from Pier 9",
            "E-mail address": "mara@example.com",
            "Username": "mara",
            "Password": "nineteen lamps lit",
        }
        fill(fields, "Set up")(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Today")
        assert barriers(page) == []
        for empty in ("posts", "pages", "tags", "media", "comments", "moderation", "redirects", "trash"):
            page.goto(f"{server.url}/admin/{empty}/")
            assert barriers(page) == [], empty
        page.goto(f"{server.url}/")
        expect(page.get_by_text("Nothing has been published here yet.")).to_be_visible()
        assert barriers(page) == []
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_have_text("Nothing is here")
