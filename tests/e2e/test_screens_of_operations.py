"""Screens of whoever connects, runs and dresses a site, and of readers by mail: axe finds nothing, nothing scrolls."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looking import barriers
from tests.e2e.test_screens import OWNER, VISITOR, Screen, desk
from tests.e2e.walks import fill, follow, press, then, unfold

__all__ = ["desk"]

pytestmark = pytest.mark.browser

PASSWORD, TOKEN = {"Current password": "copydesk-demo"}, {"Name": "Importer on the server"}
SCREENS = {
    "webhooks": (
        Screen(OWNER, "none yet", "/admin/webhooks/"),
        Screen(OWNER, "new", "/admin/webhooks/new/"),
        Screen(OWNER, "with faults", "/admin/webhooks/new/", press("Create")),
        Screen(OWNER, "what was sent", "/admin/webhooks/new/", lambda page: send_a_test(page)),
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


def send_a_test(page: Page) -> None:
    """To a name that nobody has, which is one attempt that went wrong."""
    page.get_by_label("A comment arrives").check()
    page.locator("[name=url]").fill("https://hook.invalid/")
    press("Create")(page)
    press("Send a test")(page)
    attempt = page.get_by_label("Attempts, the latest first").get_by_text("There is nobody of this name.")
    for _try in range(20):
        if attempt.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(attempt.first).to_be_visible()
    unfold("Message")(page)


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
