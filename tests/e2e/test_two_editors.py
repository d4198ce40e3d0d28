"""Two people save the same post in two browsers: both texts are kept, and the second says which one stays."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

Person = Callable[..., Page]

pytestmark = pytest.mark.browser

#: Theirs, while the other writes; what the other writes meanwhile; and what comes in between once more.
FIRST = "The kiosk opens at six, and the tea is strong."
SECOND = "The kiosk opens at six. Bring a cup."
THIRD = "The kiosk opens at seven now."


@pytest.mark.parametrize("with_script", [True, False], ids=["with script", "without script"])
def test_the_second_chooses_between_both_texts_and_nothing_is_lost(person: Person, with_script: bool) -> None:
    ines, owner = person("editor"), person("owner", java_script_enabled=with_script)
    title = f"The kiosk, {'with' if with_script else 'without'} a script"
    address = write(ines, title, "The kiosk opens at six.")
    owner.goto(address)

    save(ines, FIRST)
    save(owner, SECOND)

    expect(owner.get_by_role("heading", level=1)).to_have_text("Somebody saved while you were writing")
    expect(owner.get_by_role("region", name="Their text of Text")).to_contain_text("the tea is strong")
    expect(owner.get_by_role("region", name="Your text of Text")).to_contain_text("Bring a cup.")
    expect(differing(owner)).to_have_text(["Text"])

    save(ines, THIRD)
    keep_mine(owner)

    expect(owner.get_by_role("heading", level=1)).to_have_text("Somebody saved while you were writing")
    expect(owner.get_by_role("region", name="Their text of Text")).to_contain_text(re.compile("seven.*now"))

    keep_mine(owner)

    expect(owner.get_by_label("Text, in Markdown")).to_have_value(SECOND)
    with owner.expect_navigation():  # all of it, as counting waits for nothing
        owner.get_by_role("link", name="History").first.click()
    versions = owner.get_by_role("main").get_by_role("listitem")
    assert versions.filter(has_text="Not taken").count() >= 1
    kept = [text_of(owner, place) for place in range(versions.count())]
    assert {FIRST, SECOND, THIRD} <= set(kept)


def test_of_several_fields_each_is_chosen_by_itself(person: Person) -> None:
    ines, owner = person("editor"), person("owner")
    address = write(ines, "The pontoon", "It floats.")
    owner.goto(address)

    ines.get_by_label("Title", exact=True).fill("The pontoon at high water")
    save(ines, "It floats well.")
    owner.get_by_label("Title", exact=True).fill("The pontoon at low water")
    save(owner, "It floats badly.")

    expect(differing(owner)).to_have_text(["Title", "Text"])

    choose(owner, "Title", "Keep theirs")
    choose(owner, "Text", "Keep mine")
    owner.get_by_role("button", name="Save what I chose").click()

    expect(owner.get_by_label("Title", exact=True)).to_have_value("The pontoon at high water")
    expect(owner.get_by_label("Text, in Markdown")).to_have_value("It floats badly.")


def write(page: Page, title: str, words: str) -> str:
    """A draft; returns the address of its editor."""
    page.goto("/admin/posts/new/")
    page.get_by_label("Title", exact=True).fill(title)
    save(page, words)
    page.wait_for_url("**/edit/**")
    return page.url


def save(page: Page, words: str) -> None:
    """Save with these words; ends on whatever page the answer is."""
    page.get_by_label("Text, in Markdown").fill(words)
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).or_(page.get_by_role("button", name="Save draft")).click()


def differing(page: Page) -> Locator:
    return page.get_by_role("main").get_by_role("heading", level=2)


def choose(page: Page, field: str, choice: str) -> None:
    page.get_by_role("group", name=f"What to keep of {field}").get_by_label(choice).check()


def keep_mine(page: Page) -> None:
    choose(page, "Text", "Keep mine")
    page.get_by_role("button", name="Save what I chose").click()


def text_of(page: Page, place: int) -> str:
    """The text of one of the versions that the history lists."""
    page.get_by_role("main").get_by_role("listitem").nth(place).get_by_role("link").click()
    words = page.get_by_role("region", name="The text of this version").inner_text()
    page.go_back()
    return words
