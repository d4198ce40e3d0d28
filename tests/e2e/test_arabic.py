"""The main screens in Arabic, from right to left: no barriers, nothing scrolls sideways, and a text finds its way."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looking import barriers

pytestmark = pytest.mark.browser

SCREENS = (
    "/admin/",
    "/admin/posts/",
    "/admin/posts/?search=tide",
    "/admin/posts/new/",
    "/admin/media/",
    "/admin/media/new/",
    "/admin/moderation/",
    "/admin/comments/",
    "/admin/tags/",
    "/admin/users/",
    "/admin/roles/",
    "/admin/roles/new/",
    "/admin/settings/",
    "/admin/activity/",
    "/admin/trash/",
    "/account",
    "/account/security",
)


@pytest.fixture(scope="module")
def reader(open_browser: Callable[..., Page]) -> Iterator[Page]:
    """The owner, who reads the back office in Arabic until this is over."""
    page = open_browser("owner")
    choose(page, "ar")
    yield page
    choose(page, "")
    page.context.close()


def choose(page: Page, language: str) -> None:
    """On one's own page, whatever language it is in."""
    page.goto("/account")
    form = page.locator("form:has(select[name=locale])")
    form.locator("select[name=locale]").select_option(language)
    form.locator("button[type=submit]").last.click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")


@pytest.mark.parametrize("address", SCREENS)
def test_arabic_screen_has_no_barriers(reader: Page, address: str) -> None:
    reader.goto(address)

    expect(reader.locator("html")).to_have_attribute("lang", "ar")
    assert barriers(reader) == []


def test_a_post_is_written_found_and_published_in_arabic(reader: Page) -> None:
    title = "ساعة المد"
    reader.goto("/admin/posts/")
    reader.get_by_role("link", name="مقال جديد").first.click()
    reader.get_by_label("العنوان", exact=False).first.fill(title)
    reader.locator("textarea[name=body]").fill("نص **عربي** قصير.")
    reader.locator("input[name=tags]").fill("بحر، مرافئ")
    reader.get_by_role("button", name="حفظ المسودة").click()
    expect(reader.get_by_text("تم الحفظ").first).to_be_visible()

    reader.goto("/admin/posts/?search=المد")
    expect(reader.get_by_role("link", name=title).first).to_be_visible()
    expect(reader.get_by_text("بحر، مرافئ").first).to_be_visible()
    reader.get_by_role("link", name=title).first.click()
    reader.get_by_role("button", name="نشر", exact=False).first.click()
    expect(reader.get_by_text("منشور").first).to_be_visible()
