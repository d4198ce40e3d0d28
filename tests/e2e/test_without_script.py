"""What the four people come for, in a browser that runs no script: every task is a plain form first."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE
from tests.e2e.moderation import waiting_comment

Person = Callable[..., Page]

pytestmark = pytest.mark.browser


@pytest.fixture
def without_script(person: Person) -> Person:
    def open_browser(name: str | None = None, **options: Any) -> Page:
        return person(name, java_script_enabled=False, **options)

    return open_browser


def test_an_author_writes_previews_and_publishes(without_script: Person) -> None:
    page = without_script("author")

    page.goto("/admin/")
    page.get_by_role("link", name="New post").click()
    page.get_by_label("Title", exact=True).fill("Lamps along the mole")
    page.get_by_label("Text, in Markdown").fill("There are *nineteen* of them.")
    page.get_by_label("Tags").fill("Sea, Lamps")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Preview on a page of its own").click()
    expect(opened.value.locator("em", has_text="nineteen")).to_be_visible()
    page.get_by_role("button", name="Publish").click()

    expect(page.get_by_text("“Lamps along the mole” was published.")).to_be_visible()
    page.get_by_role("link", name="View live").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lamps along the mole")
    expect(page.get_by_role("link", name="Lamps", exact=True).first).to_be_visible()


def test_an_editor_narrows_the_list_and_changes_many_after_a_page_that_asks(without_script: Person) -> None:
    page = without_script("editor")
    for title in ("Buoy one", "Buoy two"):
        page.goto("/admin/posts/new/")
        page.get_by_label("Title", exact=True).fill(title)
        page.get_by_role("button", name="Save draft").click()

    page.goto("/admin/posts/")
    page.get_by_role("searchbox").fill("Buoy")
    page.get_by_role("button", name="Search").click()
    page.get_by_label("Select Buoy one").check()
    page.get_by_label("Select Buoy two").check()
    page.get_by_role("region", name="Selected entries").locator("summary").click()
    page.get_by_role("button", name="Move to trash").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Move to trash: 2 entries")
    page.get_by_label("Buoy two").uncheck()
    page.get_by_role("button", name="Move to trash").click()

    expect(page.get_by_role("heading", name="Moved to the trash: 1 post.")).to_be_visible()
    expect(page.get_by_role("link", name="Buoy two", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Buoy one", exact=True)).to_have_count(0)
    page.goto("/admin/trash/")
    page.get_by_role("listitem").filter(has_text="Buoy one").get_by_role("button", name="Restore").click()
    expect(page.get_by_text("“Buoy one” was restored.")).to_be_visible()


def test_an_editor_uploads_an_image_and_puts_it_above_a_post(without_script: Person) -> None:
    page = without_script("editor")

    page.goto("/admin/media/")
    page.get_by_role("link", name="Upload").click()
    page.get_by_label("Files").set_input_files({"name": "mole.png", "mimeType": "image/png", "buffer": picture()})
    page.get_by_label("Description").fill("A lamp on a mole")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("status")).to_be_visible()
    page.goto("/admin/posts/new/")
    page.get_by_label("Title", exact=True).fill("A lamp by day")
    page.get_by_role("heading", name="Featured image").click()
    page.get_by_role("combobox", name="Image").select_option("mole")
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("link", name="View live").click()

    expect(page.get_by_role("img", name="A lamp on a mole")).to_be_visible()


def test_a_visitor_comments_and_a_moderator_decides(without_script: Person) -> None:
    visitor, moderator = without_script(), without_script("moderator")

    visitor.goto("/posts/tide-clock-pier-9")
    visitor.get_by_role("link", name="Leave a comment").click()
    visitor.get_by_label("Name").fill("Odile")
    visitor.get_by_label("E-mail").fill("odile@example.com")
    visitor.get_by_role("textbox", name="Comment").fill("My clock is later still.")
    visitor.get_by_role("button", name="Send comment").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Thank you")
    case = waiting_comment(moderator, "My clock is later still.")
    case.get_by_role("button", name="Approve").click()
    expect(case).to_have_count(0)

    visitor.goto("/posts/tide-clock-pier-9")
    expect(visitor.get_by_text("My clock is later still.")).to_be_visible()


def test_a_moderator_clears_many_comments_at_once(without_script: Person) -> None:
    page = without_script("moderator")

    page.goto("/admin/comments/?status=spam")
    boxes = page.get_by_role("checkbox", name="Select")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.get_by_role("button", name="Move to trash").last.click()

    expect(page.locator("#outcome-head")).to_contain_text("2")


def test_an_owner_changes_a_role_after_seeing_who_gains_what(without_script: Person) -> None:
    page = without_script("owner")

    page.goto("/admin/roles/")
    page.get_by_role("link", name="Moderator", exact=True).click()
    page.get_by_label("Manage tags").select_option("Yes")
    page.get_by_role("button", name="Save…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What would change")
    expect(page.get_by_role("listitem").filter(has_text="Gains").first).to_contain_text("Manage tags")
    page.get_by_role("button", name="Save the role").click()

    expect(page.get_by_text("“Moderator” was saved.")).to_be_visible()


def test_a_menu_opens_on_a_phone(without_script: Person) -> None:
    page = without_script("editor", viewport=PHONE)

    page.goto("/admin/")
    page.get_by_label("Menu", exact=True).click()
    page.get_by_role("link", name="Posts", exact=True).click()

    expect(page.get_by_role("heading", name="Posts", exact=True)).to_be_visible()


def picture() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (640, 400), "#1f5fae").save(buffer, "PNG")
    return buffer.getvalue()
