"""The palette and the single keys: what each does; none acts while somebody types, and they can be switched off."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.looking import barriers

Person = Callable[..., Page]

pytestmark = pytest.mark.browser

#: As many lines as the palette ever shows, whatever is typed.
MOST_COMMANDS = 60


def open_palette(page: Page, key: str = "Control+k") -> Locator:
    page.keyboard.press(key)
    palette = page.get_by_role("dialog", name="Search or do")
    expect(palette.get_by_role("searchbox")).to_be_focused()
    return palette


def draft(page: Page, title: str) -> None:
    page.goto("/admin/posts/new/")
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()


def test_the_palette_finds_walks_does_and_gives_the_focus_back(person: Person) -> None:
    page = person("editor")
    page.goto("/admin/posts/")
    new = page.get_by_role("link", name="New post")
    new.focus()

    palette = open_palette(page)
    expect(palette.locator("[data-command]").first).to_be_visible()
    assert barriers(page) == []
    page.keyboard.type("tide clock")
    found = palette.get_by_role("link", name="The tide clock on Pier 9")
    expect(found).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(palette.locator("[data-command]").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(palette.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()
    expect(new).to_be_focused()

    palette = open_palette(page, "Meta+k")
    page.keyboard.type("e")
    expect(palette.get_by_role("heading", name="Posts")).to_be_visible()
    assert palette.locator("[data-command]").count() <= MOST_COMMANDS
    assert palette.locator("section", has=page.get_by_role("heading", name="Posts")).get_by_role("link").count() <= 5
    page.keyboard.type("zzzz")
    expect(palette.get_by_text("Nothing is called that.")).to_be_visible()
    page.keyboard.press("Control+a")
    page.keyboard.type("activity")
    expect(palette.get_by_role("link", name="Activity")).to_have_count(0)  # an editor may not look into it
    page.keyboard.press("Control+a")
    page.keyboard.type("redirects")
    expect(palette.locator("[data-command]").first).to_contain_text("Redirects")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/redirects/")


def test_the_palette_does_what_the_buttons_do_and_no_more(person: Person) -> None:
    author, contributor = person("author"), person("contributor")
    for page, title in ((author, "Fenders, found"), (contributor, "Fenders, lost")):
        draft(page, title)
        page.locator("main").focus()

    mine = open_palette(contributor)
    contributor.keyboard.type("publish")
    expect(mine.get_by_text("This needs the right “Publish posts”")).to_be_visible()
    expect(mine.get_by_role("button", name="Publish")).to_have_count(0)
    assert barriers(contributor) == []
    theirs = open_palette(author)
    author.keyboard.type("publish")
    expect(theirs.locator("[data-command]").first).to_contain_text("Publish")
    author.keyboard.press("Enter")
    expect(author.get_by_role("heading", level=1)).to_have_text("Publish: Fenders, found")  # it asks, as from a list
    author.get_by_role("main").get_by_role("button", name="Publish").press("Enter")

    expect(author.get_by_text("“Fenders, found” was published.")).to_be_visible()


def test_every_key_of_a_list_does_what_the_list_of_keys_says(person: Person) -> None:
    page = person("editor")
    page.goto("/admin/posts/?search=the")

    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    assert barriers(page) == []
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("/")
    search = page.get_by_role("main").get_by_role("searchbox")
    expect(search).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("gpcx?ej/")
    expect(search).to_have_value("gpcx?ej/")
    expect(keys).to_be_hidden()
    page.locator("main").focus()

    titles = page.get_by_role("main").locator("a.title")
    for key, row in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(titles.nth(row)).to_be_focused()
    box = page.locator("input[name=rowid]").nth(1)
    page.keyboard.press("x")
    expect(box).to_be_checked()
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.keyboard.press("b")
    expect(page.get_by_role("region", name="Selected entries").get_by_role("button").first).to_be_focused()
    titles.nth(1).focus()
    page.keyboard.press("x")
    expect(box).not_to_be_checked()
    for key in ("Enter", "e"):
        title = titles.nth(1).inner_text()
        titles.nth(1).focus()
        page.keyboard.press(key)
        page.wait_for_url("**/admin/posts/edit/**")
        expect(page.get_by_label("Title", exact=True)).to_have_value(title)
        page.go_back()
    page.keyboard.press("c")
    page.wait_for_url("**/admin/posts/new/")


def test_g_and_a_letter_go_to_every_part_of_the_menu(person: Person) -> None:
    page = person("owner")
    page.goto("/admin/")
    places = page.locator(".side [data-go]").evaluate_all("links => links.map((one) => [one.dataset.go, one.pathname])")
    assert {"p", "c"} < {key for key, _path in places}
    assert len({key for key, _path in places}) == len(places)

    for key, path in places:
        page.locator("main").focus()
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(f"**{path}")


def test_keys_save_and_do_the_main_move_while_writing(person: Person) -> None:
    page = person("author")
    page.goto("/admin/posts/new/")
    page.keyboard.type("Cleats, c and e and j")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    expect(page.get_by_label("Title", exact=True)).to_have_value("Cleats, c and e and j")

    page.get_by_label("Text, in Markdown").fill("Twelve of them.")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_text("“Cleats, c and e and j” was published.")).to_be_visible()


def test_single_keys_can_be_switched_off(person: Person) -> None:
    page = person("contributor")
    switch = "Single keys act"
    for wanted in (False, True):
        page.goto("/admin/preferences/")
        page.get_by_label(switch).set_checked(wanted)
        page.get_by_role("main").get_by_role("button", name="Save").click()
        expect(page.get_by_text("Your preferences are saved.")).to_be_visible()
        page.goto("/admin/posts/")
        page.locator("main").focus()
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keys")).to_be_visible(visible=wanted)
        page.keyboard.press("Escape")
        open_palette(page)
