"""Bans: every screen without barriers, and the way from a comment to a ban and back, with no script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looking import barriers
from tests.e2e.moderation import waiting_comment
from tests.e2e.test_screens import MODERATOR, Screen, desk
from tests.e2e.walks import bulk, fill, follow, press, then, unfold

__all__ = ["desk"]

pytestmark = pytest.mark.browser

LIST, NEW = "/admin/bans/", "/admin/bans/new/"
NETWORK = "198.51.100.0/24"


def ban(page: Page) -> None:
    """Two that may be there already; the list of them."""
    for fields in ({"E-mail address": "a-banned@example.com", "Reason": "Spam"}, {"Network": NETWORK}):
        page.goto(NEW)
        fill(fields, "Create")(page)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto(LIST)


SCREENS = (
    Screen(MODERATOR, "none found", f"{LIST}?search=nothing-has-these-words"),
    Screen(MODERATOR, "new", NEW),
    Screen(MODERATOR, "with faults", NEW, press("Create")),
    Screen(MODERATOR, "list", LIST, ban),
    Screen(MODERATOR, "list that is narrowed", f"{LIST}?state=standing", unfold("Filters")),
    Screen(
        MODERATOR, "one that is there already", LIST, then(ban, follow("New ban"), fill({"Network": NETWORK}, "Create"))
    ),
    Screen(MODERATOR, "edit", LIST, then(ban, follow(NETWORK))),
    Screen(MODERATOR, "question before lifting", LIST, then(ban, follow(NETWORK, "Lift the ban…"))),
    Screen(MODERATOR, "question for many", LIST, then(ban, bulk("Lift…"))),
)


@pytest.mark.parametrize("screen", [pytest.param(screen, id=screen.what) for screen in SCREENS])
def test_screen_has_no_barriers(desk: Callable[[str | None], Page], screen: Screen) -> None:
    page = desk(screen.who)

    page.goto(screen.address)
    if screen.walk is not None:
        screen.walk(page)

    assert barriers(page) == []


def test_a_moderator_bans_from_the_queue_and_lifts_it_again_without_a_script(person: Callable[..., Page]) -> None:
    visitor, page = person(), person("moderator", java_script_enabled=False)
    visitor.goto("/posts/tide-clock-pier-9/comments")
    visitor.get_by_label("Name").fill("Grumpy Guest")
    visitor.get_by_label("E-mail").fill("grumpy@example.org")
    visitor.get_by_label("Comment", exact=True).fill("This clock is an insult to all clocks.")
    visitor.get_by_role("button", name="Send").click()
    expect(visitor.get_by_role("heading", level=1)).to_be_visible()

    waiting_comment(page, "an insult to all clocks").get_by_role("link", name="Ban…").click()
    expect(page.get_by_label("E-mail address")).to_have_value("grumpy@example.org")
    page.get_by_label("Reason").fill("Insults clocks")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("grumpy@example.org is banned.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Moderation")

    page.get_by_role("link", name="Bans", exact=True).click()
    page.get_by_role("link", name="grumpy@example.org").click()
    page.get_by_role("link", name="Lift the ban…").click()
    page.get_by_role("button", name="Lift the ban").click()
    expect(page.get_by_text("The ban on grumpy@example.org is lifted.")).to_be_visible()
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_role("link", name="grumpy@example.org")).to_be_visible()
