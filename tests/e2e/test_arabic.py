"""The main screens in Arabic, from right to left: no barriers, nothing scrolls sideways, and a text finds its way."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import PHONE
from tests.e2e.looking import barriers, too_wide

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


def test_what_was_stands_before_what_is_whatever_way_each_is_read(reader: Page) -> None:
    choose(reader, "de")
    reader.goto("/admin/activity/")
    change = reader.locator(".changes").first

    was, became = change.locator("del").bounding_box(), change.locator("ins").bounding_box()

    assert was is not None
    assert became is not None
    assert was["x"] < became["x"]
    choose(reader, "ar")


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


def test_an_arabic_post_of_an_english_site_keeps_dates_and_code_in_their_order(person: Callable[..., Page]) -> None:
    editor, visitor = person("editor"), person(viewport=PHONE)
    editor.goto("/admin/posts/new/")
    editor.get_by_label("Title", exact=True).fill("ساعة الرصيف")
    code = f"print('{'tide ' * 30}')"
    editor.get_by_label("Text, in Markdown").fill(f"نص قصير.\n\n```python\n{code}\n```")
    editor.get_by_label("Address", exact=True).fill("pier-in-arabic")
    editor.locator("summary").filter(has_text="Details").click()
    editor.locator("input[name=language]").fill("ar")
    editor.get_by_role("button", name="Publish", exact=True).click()
    expect(editor.get_by_text("was published")).to_be_visible()

    visitor.goto("/")
    expect(visitor.locator(".lead")).to_have_attribute("dir", "rtl")
    assert too_wide(visitor) == []
    visitor.goto("/posts/pier-in-arabic")
    day, block = visitor.locator(".by time"), visitor.locator("pre")
    assert runs_from_left_to_right(day)
    assert runs_from_left_to_right(block)
    assert block.evaluate(
        "pre => pre.getBoundingClientRect().left <= pre.firstElementChild.getBoundingClientRect().left"
    )


def runs_from_left_to_right(words: Locator) -> bool:
    """Whether the first letter stands left of the last."""
    found: bool = words.evaluate("""(one) => {
        const letters = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
        const first = letters.nextNode();
        let last = first;
        while (letters.nextNode()) if (letters.currentNode.data.trim()) last = letters.currentNode;
        const left = (node, at) => {
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + 1);
            return range.getBoundingClientRect().left;
        };
        return left(first, 0) < left(last, last.data.trimEnd().length - 1);
    }""")
    return found
