"""What the first view of a screen costs somebody who has never been there: an empty cache, a first look."""

from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

MOST_BYTES = 100 * 1024
MOST_REQUESTS = 15
LIBRARY, AS_LIST = "/admin/media/?layout=grid", "/admin/media/?layout=list"
#: Where a screen is, and the link to follow from there to the one that is meant.
SCREENS = (
    ("/admin/", ""),
    ("/admin/posts/", ""),
    ("/admin/posts/?search=tide&status=published", ""),
    ("/admin/posts/new/", ""),
    ("/admin/posts/?search=tide+clock", "The tide clock on Pier 9"),
    ("/admin/pages/", ""),
    ("/admin/tags/", ""),
    ("/admin/tags/?search=sea", "Sea"),
    (AS_LIST, ""),
    (LIBRARY, ""),
    (f"{LIBRARY}&search=looking", "The light, looking north"),
    ("/admin/media/choose/", ""),
    ("/admin/media/new/", ""),
    ("/admin/media/folders/", ""),
    ("/admin/comments/", ""),
    ("/admin/moderation/", ""),
    ("/admin/redirects/", ""),
    ("/admin/users/", ""),
    ("/admin/users/?search=pellow", "Ines Pellow"),
    ("/admin/roles/", ""),
    ("/admin/roles/", "Author"),
    ("/admin/settings/", ""),
    ("/admin/activity/", ""),
    ("/admin/trash/", ""),
    ("/admin/preferences/", ""),
    ("/admin/palette/", ""),
)


def test_no_screen_of_the_back_office_is_heavy(open_browser: Callable[..., Page]) -> None:
    """Everything is counted as it comes: compressed, with its headers, pictures too."""
    too_heavy = {}
    with closing(open_browser("owner").context) as context:
        page = context.pages[0]
        for place, link in SCREENS:
            requests, size = cost_of(page, _address(page, place, link))
            if requests > MOST_REQUESTS or size > MOST_BYTES:
                too_heavy[f"{place} {link}"] = f"{requests} requests, {size / 1024:.0f} KB"
    assert too_heavy == {}


def cost_of(page: Page, address: str) -> tuple[int, int]:
    """How many answers come for a first view, and how many bytes in all."""
    page.goto("about:blank")  # what is still on its way belongs to the screen before
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.clearBrowserCache")
    bytes_of: dict[str, float] = {}
    network.on("Network.loadingFinished", lambda done: bytes_of.update({done["requestId"]: done["encodedDataLength"]}))
    page.goto(address, wait_until="networkidle")
    network.detach()
    return len(bytes_of), int(sum(bytes_of.values()))


def _address(page: Page, place: str, link: str) -> str:
    if not link:
        return place
    page.goto(place)
    page.get_by_role("main").get_by_role("link", name=link, exact=True).first.click()
    page.wait_for_load_state()
    return page.url
