"""Screens of whoever connects, runs and dresses a site, and of readers by mail: axe finds nothing, nothing scrolls."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.e2e.looking import barriers
from tests.e2e.test_screens import OWNER, VISITOR, Screen, desk
from tests.e2e.walks import fill, follow, press, then

__all__ = ["desk"]

pytestmark = pytest.mark.browser

PASSWORD, TOKEN = {"Current password": "copydesk-demo"}, {"Name": "Importer on the server"}
SCREENS = {
    "webhooks": (
        Screen(OWNER, "none yet", "/admin/webhooks/"),
        Screen(OWNER, "new", "/admin/webhooks/new/"),
        Screen(OWNER, "with faults", "/admin/webhooks/new/", press("Create")),
    ),
    "tokens": (
        Screen(OWNER, "all", "/admin/tokens/"),
        Screen(OWNER, "one's own", "/account/tokens"),
        Screen(OWNER, "the password before", "/account/tokens/new"),
        Screen(OWNER, "made", "/account/tokens/new", then(fill(PASSWORD, "Continue"), fill(TOKEN, "Make a token"))),
    ),
    "subscribers": (Screen(OWNER, "none yet", "/admin/subscribers/"),),
    "backups": (Screen(OWNER, "list", "/admin/backups/"),),
    "jobs": (Screen(OWNER, "list", "/admin/jobs/"),),
    "appearance": (Screen(OWNER, "beside the preview", "/admin/settings/appearance/"),),
    "programs": (Screen(VISITOR, "the reference of the API", "/api/v1/"),),
    "by mail": (
        Screen(VISITOR, "subscribing", "/subscribe"),
        Screen(VISITOR, "to a tag", "/tags/sea", follow("New posts by mail")),
        Screen(VISITOR, "with faults", "/subscribe", press("Subscribe")),
        Screen(VISITOR, "sent", "/subscribe/sent"),
        Screen(VISITOR, "a link that is none", "/subscribe/confirm/no-such-link"),
        Screen(VISITOR, "ending it", "/unsubscribe/no-such-key"),
    ),
}


@pytest.mark.parametrize(
    "screen",
    [pytest.param(screen, id=f"{area}: {screen.what}") for area, screens in SCREENS.items() for screen in screens],
)
def test_screen_has_no_barriers(desk: Callable[[str | None], Page], screen: Screen) -> None:
    page = desk(screen.who)

    page.goto(screen.address)
    if screen.walk is not None:
        screen.walk(page)

    assert barriers(page) == []
