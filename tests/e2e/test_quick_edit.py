"""Quick edit in the row of a list: with a mouse, without one, without script, and when something is in the way."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import WIDE
from tests.e2e.looking import barriers

Person = Callable[..., Page]

pytestmark = pytest.mark.browser


def draft(page: Page, title: str) -> None:
    page.goto("/admin/posts/new/")
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()


def open_from_menu(page: Page, title: str) -> None:
    page.get_by_label(f"More for {title}").click()
    page.get_by_role("link", name="Quick edit").click()


def quick_edit(page: Page, title: str) -> Locator:
    """The form in the list, opened with the mouse."""
    page.goto(f"/admin/posts/?search={title}")
    open_from_menu(page, title)
    form = page.get_by_role("form", name=f"Quick edit: {title}")
    expect(form.get_by_label("Title")).to_be_focused()
    return form


def test_a_row_is_mended_where_it_stands(person: Person) -> None:
    page = person("editor")
    draft(page, "Winch, rusty")

    form = quick_edit(page, "Winch, rusty")
    assert barriers(page) == []
    form.get_by_label("Title").fill("Winch, painted")
    form.get_by_label("Tags").fill("Winches, Sea")
    form.get_by_role("button", name="Save").click()

    page.wait_for_url("**/admin/posts/?search=**")
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    page.goto("/admin/posts/?search=painted")
    row = page.get_by_role("row").filter(has_text="Winch, painted")
    expect(row).to_contain_text("Winches")
    expect(row).to_contain_text("winch-rusty")  # an address is kept unless somebody changes it


def test_it_opens_with_its_buttons_in_sight(person: Person) -> None:
    page = person("editor")
    page.goto("/admin/posts/")
    bottoms = [(row, box["y"] + box["height"]) for row in page.locator("tbody tr").all() if (box := row.bounding_box())]
    low = [row for row, bottom in bottoms if bottom < WIDE["height"] - 150][-1]  # room for the first field alone
    low.locator("details summary").click()
    low.get_by_role("link", name="Quick edit").click()

    form = page.get_by_role("form", name="Quick edit")
    expect(form.get_by_label("Title")).to_be_focused()
    expect(form.get_by_role("button", name="Save")).to_be_in_viewport(ratio=1)


def test_a_button_that_is_pressed_twice_saves_once(person: Person) -> None:
    page = person("editor")
    draft(page, "Davit, folded")
    form = quick_edit(page, "Davit, folded")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)

    form.get_by_role("button", name="Publish").dblclick()

    expect(page.get_by_role("cell", name="Published")).to_be_visible()
    assert len(sent) == 1


def test_it_is_opened_filled_in_and_left_with_the_keyboard_alone(person: Person) -> None:
    page = person("editor")
    draft(page, "Capstan, oak")
    page.goto("/admin/posts/?search=capstan")

    page.keyboard.press("j")
    page.keyboard.press("Tab")
    menu = page.get_by_label("More for Capstan, oak")
    expect(menu).to_be_focused()
    choose_quick_edit(page)
    form = page.get_by_role("form", name="Quick edit: Capstan, oak")
    expect(form.get_by_label("Title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)
    expect(menu).to_be_focused()
    choose_quick_edit(page)
    expect(form.get_by_label("Title")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("Capstan, painted")
    page.keyboard.press("Control+s")

    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    page.goto("/admin/posts/?search=painted")
    expect(page.get_by_role("link", name="Capstan, painted", exact=True)).to_be_visible()


def choose_quick_edit(page: Page) -> None:
    """From the menu that has the focus, with the arrows."""
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    for _line in range(6):
        if page.evaluate("document.activeElement.hasAttribute('data-quick')"):
            return page.keyboard.press("Enter")
        page.keyboard.press("ArrowDown")
    pytest.fail("the arrows lead past the quick edit")


def test_without_script_it_is_a_page_that_leads_back(person: Person) -> None:
    page = person("editor", java_script_enabled=False)
    page.goto("/admin/posts/new/")
    page.get_by_label("Title", exact=True).fill("Bollard, grey")
    page.get_by_role("button", name="Save draft").click()

    page.goto("/admin/posts/?search=bollard")
    open_from_menu(page, "Bollard, grey")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bollard, grey")
    page.get_by_label("Title").fill("Bollard, red")
    page.get_by_role("button", name="Save").click()

    page.wait_for_url("**/admin/posts/?search=bollard")
    expect(page.get_by_role("link", name="Bollard, red", exact=True)).to_be_visible()


@pytest.mark.parametrize("scripted", [True, False])
def test_what_is_refused_is_mended_where_it_was_typed(person: Person, scripted: bool) -> None:
    page, title = person("editor", java_script_enabled=scripted), f"Shackle {scripted}"
    page.goto("/admin/posts/new/")
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_role("button", name="Save draft").click()

    page.goto(f"/admin/posts/?search={title}")
    open_from_menu(page, title)
    form = page.get_by_role("form", name=f"Quick edit: {title}")
    form.get_by_label("Title").fill("Shackle, renamed")
    form.locator("[name=slug]").fill("tide-clock-pier-9")
    form.get_by_role("button", name="Save").click()

    again = page.get_by_role("form", name=f"Quick edit: {title}")
    expect(again.get_by_text("“tide-clock-pier-9” is taken by “The tide clock on Pier 9”.").first).to_be_visible()
    expect(again.get_by_label("Title")).to_have_value("Shackle, renamed")
    assert ("/posts/edit/" in page.url) is not scripted
    if scripted:  # which axe is, too
        assert barriers(page) == []
    again.locator("[name=slug]").fill(f"shackle-{scripted}-renamed".lower())
    again.get_by_role("button", name="Save").click()
    page.wait_for_url("**/admin/posts/?search=**")
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    page.goto("/admin/posts/?search=Shackle, renamed")
    expect(page.get_by_text(f"shackle-{scripted}-renamed".lower())).to_be_visible()


def test_a_version_that_is_old_meanwhile_loses_nobody_s_words(person: Person) -> None:
    page = person("editor")
    draft(page, "Sheaves, first")
    form = quick_edit(page, "Sheaves, first")
    other = page.context.new_page()
    other.goto("/admin/posts/?search=Sheaves, first")
    other.get_by_role("link", name="Sheaves, first", exact=True).click()
    other.get_by_label("Title", exact=True).fill("Sheaves, of the other")
    other.get_by_role("button", name="Save", exact=True).first.click()
    expect(other.get_by_text("Saved.", exact=True)).to_be_visible()

    form.get_by_label("Title").fill("Sheaves, of mine")
    form.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("You saved this in another window")
    for words in ("Sheaves, of the other", "Sheaves, of mine"):
        assert words in page.content()
    assert barriers(page) == []
    page.goto("/admin/posts/?search=Sheaves")
    expect(page.get_by_role("link", name="Sheaves, of the other", exact=True)).to_be_visible()
