"""Finding one comment in a queue that shows the oldest first, however many wait before it."""

from playwright.sync_api import Locator, Page, expect


def waiting_comment(page: Page, words: str) -> Locator:
    """The case with these words; the page is left where it is shown."""
    page.goto("/admin/moderation/")
    case = page.get_by_role("article").filter(has_text=words)
    later = page.get_by_role("link", name="Later ones")
    while not case.count() and later.count():
        later.click()
    expect(case).to_have_count(1)
    return case
