"""The same tasks without a mouse: everything is reached with Tab, and the focus is never lost or hidden."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.moderation import waiting_comment

Person = Callable[..., Page]

pytestmark = pytest.mark.browser

#: A queue of twenty comments has eight stops for each.
MOST_TABS = 250


def test_signing_in(person: Person) -> None:
    page = person()

    page.goto("/login")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type("author@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type("copydesk-demo")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Today")


def test_the_first_stop_skips_what_every_page_begins_with(person: Person) -> None:
    """But for signing in, which begins in its first field."""
    page = person("editor")

    for address in ("/admin/posts/", "/admin/tags/new/", "/", "/account"):
        page.goto(address)
        page.locator("body").press("Tab")
        skip = page.get_by_role("link", name="Skip to")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.get_by_role("main")).to_be_focused()


def test_writing_marking_saving_and_publishing(person: Person) -> None:
    page = person("author")

    page.goto("/admin/posts/new/")
    expect(page.get_by_label("Title", exact=True)).to_be_focused()
    page.keyboard.type("Ropes by number")
    text = page.get_by_label("Text, in Markdown")
    tab_to(page, page.get_by_role("button", name="Heading"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Bold")).to_be_focused()
    tab_to(page, text)
    page.keyboard.type("Twelve")
    expect(page.get_by_text("1 word", exact=True)).to_be_visible()
    page.keyboard.type(" is ")
    expect(page.get_by_text("2 words", exact=True)).to_be_visible()
    page.keyboard.press("Control+b")
    page.keyboard.type("thick")
    expect(text).to_have_value("Twelve is **thick**")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Publish"))
    page.keyboard.press("Enter")

    expect(page.get_by_text("“Ropes by number” was published.")).to_be_visible()


def test_a_form_with_faults_takes_the_focus_to_them(person: Person) -> None:
    page = person("author")

    page.goto("/admin/posts/new/")
    page.keyboard.press("Enter")

    expect(page.get_by_role("region", name="1 field needs your attention")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Title", exact=True)).to_be_focused()


def test_a_menu_of_a_row_opens_walks_and_closes_with_the_focus_where_it_was(person: Person) -> None:
    page = person("editor")

    page.goto("/admin/posts/?search=tide+clock")  # others add posts to the same site
    menu = page.get_by_label("More for The tide clock on Pier 9")
    tab_to(page, menu)
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Edit", exact=True)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("button", name="Move to trash").first).to_be_focused()
    page.keyboard.press("Escape")

    expect(menu).to_be_focused()
    expect(page.get_by_role("button", name="Publish changes")).to_have_count(0)


def test_selecting_rows_and_changing_them(person: Person) -> None:
    page = person("editor")

    page.goto("/admin/posts/?search=mooring")
    tab_to(page, page.get_by_role("checkbox", name="Select How to read a mooring"))
    page.keyboard.press("Space")
    expect(page.get_by_text("1 selected")).to_be_visible()
    tab_to(page, page.get_by_role("region", name="Selected entries").locator("summary"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Add tag…"))
    follow(page)
    tab_to(page, page.get_by_label("Tag to add"))
    page.keyboard.type("Knots")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Tag added: 1 post.")).to_be_visible()


def test_choosing_an_image_in_the_dialogue(person: Person) -> None:
    page = person("editor")

    page.goto("/admin/posts/new/")
    tab_to(page, page.locator("summary").filter(has_text="Featured image"))
    page.keyboard.press("Enter")
    opener = page.get_by_role("link", name="Look through the library")
    tab_to(page, opener)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Choose an image")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("dredger")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("listitem")).to_have_count(1)
    tab_to(page, dialog.get_by_role("listitem").get_by_role("button"))
    page.keyboard.press("Enter")

    expect(opener).to_be_focused()
    expect(page.get_by_role("combobox", name="Image").locator("option:checked")).to_have_text("Mudlark II at work")


def test_commenting_and_moderating(person: Person) -> None:
    visitor, moderator = person(), person("moderator")

    visitor.goto("/posts/mending-day")
    tab_to(visitor, visitor.get_by_role("link", name="Leave a comment"))
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_label("Name")).to_be_focused()
    for words in ("Perrin", "perrin@example.com", "Our net was green too."):
        visitor.keyboard.type(words)
        visitor.keyboard.press("Tab")
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Thank you")
    case = waiting_comment(moderator, "Our net was green too.")
    tab_to(moderator, case.get_by_role("button", name="Approve"))
    moderator.keyboard.press("Enter")

    expect(case).to_have_count(0)


def test_keys_decide_at_the_moderation_desk_and_the_focus_moves_on(person: Person) -> None:
    visitor, moderator = person(), person("moderator")
    for number in (1, 2, 3):
        visitor.goto("/posts/mending-day/comments")
        visitor.get_by_label("Name").fill(f"Wenna {number}")
        visitor.get_by_label("E-mail").fill("wenna@example.com")
        visitor.get_by_label("Comment", exact=True).fill(f"Net number {number} hangs in my kitchen.")
        visitor.get_by_role("button", name="Send comment").click()
        expect(visitor.get_by_role("heading", level=1)).to_have_text("Thank you")

    first = waiting_comment(moderator, "Net number 1 hangs")
    if before := first.evaluate("one => one.previousElementSibling.id"):  # begins the page, so that all three are on it
        moderator.goto(f"/admin/moderation/?after={before.removeprefix('case-')}")
    second, third = (moderator.get_by_role("article").filter(has_text=f"Net number {number} hangs") for number in "23")
    expect(moderator.get_by_text("Approve").first).to_be_visible()
    first.focus()
    moderator.keyboard.press("j")
    expect(second).to_be_focused()
    moderator.keyboard.press("k")
    expect(first).to_be_focused()
    follow(moderator, "s")
    expect(first).to_have_count(0)
    expect(second).to_be_focused()
    follow(moderator, "t")
    expect(third).to_be_focused()
    follow(moderator, "u")
    expect(second).to_be_focused()
    expect(moderator.get_by_text("Undone:")).to_be_visible()


def follow(page: Page, key: str = "Enter") -> None:
    """A key, on something that leads to another page."""
    with page.expect_navigation():
        page.keyboard.press(key)


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until it has the focus, and fail where the focus cannot be seen on the way."""
    wanted = target.element_handle()
    for _tab in range(MOST_TABS):
        page.keyboard.press("Tab")
        unseen, arrived = page.evaluate(LOOK_AT_FOCUS, wanted)
        assert unseen == ""
        if arrived:
            return
    pytest.fail(f"{target} is not reached with Tab")


#: What has the focus without being in sight or marked, as text; and whether the wanted thing has it.
LOOK_AT_FOCUS = """wanted => {
    const element = document.activeElement;
    const drawn = element.closest("label, .glued, .pane") ?? element;
    const box = drawn.getBoundingClientRect();
    const inSight = box.width > 3 && box.height > 3 && box.bottom > 0 && box.top < innerHeight;
    const around = [element, element.parentElement, element.parentElement?.parentElement, drawn];
    const isMarked = around.filter(Boolean).some((one) => {
        const style = getComputedStyle(one);
        return style.outlineStyle !== "none" || style.boxShadow !== "none";
    });
    const isSeen = element === document.body || (inSight && isMarked);
    return [isSeen ? "" : element.outerHTML.slice(0, 200), element === wanted];
}"""
