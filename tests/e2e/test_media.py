"""Files with script: dropped and described, drawn on and cut, uploaded where they are needed."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looking import barriers
from tests.e2e.walks import picture

Person = Callable[..., Page]

pytestmark = pytest.mark.browser

#: Puts a file where somebody would let go of it.
DROP = """async ([name, bytes]) => {
    const files = new DataTransfer();
    files.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
}"""
PASTE = """async ([name, bytes]) => {
    const files = new DataTransfer();
    files.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: files, bubbles: true }));
}"""


def test_files_are_chosen_dropped_and_pasted_and_described_as_they_arrive(person: Person) -> None:
    page = person("editor")

    page.goto("/admin/media/new/")
    page.get_by_label("Files").set_input_files(
        [
            {"name": "crane.png", "mimeType": "image/png", "buffer": picture("navy")},
            {"name": "notes.png", "mimeType": "image/png", "buffer": b"no image"},
        ]
    )
    page.evaluate(DROP, ["winch.png", list(picture("teal"))])
    page.evaluate(PASTE, ["davit.png", list(picture("maroon"))])

    expect(page.get_by_role("listitem").get_by_text("In the library", exact=True)).to_have_count(3)
    expect(page.get_by_text("This is not an image")).to_be_visible()
    expect(page.get_by_text("1 could not be taken")).to_be_visible()
    page.get_by_label("Description of crane").fill("A crane over the quay")
    page.get_by_label("Only decoration of winch").check()
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Describe your files")
    page.get_by_label("Description of davit").fill("A davit")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Media")


def test_a_part_is_drawn_on_the_image_and_what_was_before_comes_back(person: Person) -> None:
    page = person("editor")
    page.goto("/admin/media/new/")
    page.get_by_label("Files").set_input_files(
        {"name": "anchor.png", "mimeType": "image/png", "buffer": picture("purple", (200, 100))}
    )
    page.get_by_label("Description of anchor").fill("An anchor")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="anchor", exact=True).click()

    page.locator("summary", has_text="Crop").click()
    box = page.locator("[data-focus]").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 3 / 4, box["y"] + box["height"] * 3 / 4, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="Crop the image").click()

    expect(page.get_by_text("100 × 50")).to_be_visible()
    page.get_by_role("button", name="Bring back").click()
    expect(page.get_by_text("200 × 100").first).to_be_visible()


def test_an_image_is_uploaded_from_within_the_editor(person: Person) -> None:
    page = person("editor")
    page.goto("/admin/posts/new/")
    page.get_by_label("Title", exact=True).fill("A light on the mole")

    page.get_by_role("heading", name="Featured image").click()
    page.get_by_role("link", name="Look through the library").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Upload an image and choose it").set_input_files(
        {"name": "mole-light.png", "mimeType": "image/png", "buffer": picture("orange")}
    )
    dialog.get_by_label("What it shows").fill("A light")
    dialog.get_by_role("button", name="Upload", exact=True).click()

    expect(dialog).to_have_count(0)
    expect(page.get_by_role("combobox", name="Image").locator("option:checked")).to_have_text("mole-light")
    expect(page.get_by_label("Title", exact=True)).to_have_value("A light on the mole")
    shown = page.get_by_role("img", name="The chosen image")
    expect(shown).to_have_js_property("complete", True)
    assert shown.evaluate("image => image.naturalWidth") > 0
    page.get_by_role("combobox", name="Image").select_option("No image")
    expect(shown).to_have_count(0)
    page.get_by_role("combobox", name="Image").select_option("mole-light")
    expect(shown).to_be_visible()
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("A light on the mole").first.wait_for()
    expect(shown).to_have_attribute("src", re.compile("mole-light|/media/"))


def upload(page: Page, name: str, colour: str, size: tuple[int, int] = (200, 100)) -> None:
    """One image with words, and then its own page."""
    page.goto("/admin/media/new/")
    page.get_by_label("Files").set_input_files(
        {"name": f"{name}.png", "mimeType": "image/png", "buffer": picture(colour, size)}
    )
    page.get_by_label(f"Description of {name}").fill(f"A {name}")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name=name, exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_an_image_is_turned_pointed_at_and_replaced_at_the_same_address(person: Person) -> None:
    page = person("editor")
    upload(page, "pennant", "green")
    address = page.get_by_label("Address", exact=True).input_value()

    page.locator("[data-focus]").click(position={"x": 10, "y": 10})
    assert float(page.get_by_label("Most important point, from the left").input_value()) < 0.5
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="pennant", exact=True).first.click()
    assert float(page.get_by_label("Most important point, from the top").input_value()) < 0.5

    page.get_by_role("button", name="Turn right").click()
    expect(page.get_by_text("100 × 200").first).to_be_visible()
    page.locator("summary", has_text="Replace").click()
    assert barriers(page) == []
    page.get_by_label("Another file").set_input_files(
        {"name": "burgee.png", "mimeType": "image/png", "buffer": picture("olive", (300, 50))}
    )
    page.get_by_role("button", name="Replace the file").click()
    expect(page.get_by_text("300 × 50").first).to_be_visible()
    expect(page.get_by_role("button", name="Bring back")).to_have_count(2)

    answer = page.request.get(address)
    assert answer.ok, "the old address leads to what is there now"
    assert answer.url.endswith(page.get_by_label("Address", exact=True).input_value())


def test_the_library_says_what_is_used_before_it_goes_and_finds_what_is_not(person: Person) -> None:
    page = person("editor")
    upload(page, "topsail", "red")
    words = page.get_by_label("For a text").input_value()
    page.goto("/admin/media/?used=no")
    expect(page.get_by_role("link", name="topsail", exact=True)).to_be_visible()
    page.goto("/admin/posts/new/")
    page.get_by_label("Title", exact=True).fill("Sails in order")
    page.get_by_label("Text, in Markdown").fill(words)
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()

    page.goto("/admin/media/?used=no")
    expect(page.get_by_role("link", name="topsail", exact=True)).to_have_count(0)
    page.goto("/admin/media/?search=topsail")
    page.get_by_role("link", name="topsail", exact=True).click()
    expect(page.get_by_role("region", name="Where it is used").get_by_role("link")).to_have_text("Sails in order")
    page.get_by_role("link", name="Move to trash…").click()

    expect(page.get_by_role("main")).to_contain_text("Sails in order")
    assert barriers(page) == []
    page.get_by_role("button", name="Move to trash").click()
    page.locator(".message").get_by_role("button", name="Undo").click()
    expect(page.locator(".message")).to_contain_text("Undone")


def test_the_chooser_looks_into_one_folder(person: Person) -> None:
    page = person("editor")
    page.goto("/admin/media/folders/")
    page.get_by_label("Name (required)").first.fill("Burgees")
    page.get_by_role("button", name="Create").click()
    page.goto("/admin/posts/new/")
    page.get_by_role("heading", name="Featured image").click()
    page.get_by_role("link", name="Look through the library").click()
    dialog = page.get_by_role("dialog")

    dialog.get_by_label("Folder").select_option("/Burgees")
    dialog.get_by_role("button", name="Search").click()
    expect(dialog.get_by_text("Nothing matches.")).to_be_visible()
    assert barriers(page) == []
    dialog.get_by_label("Upload an image and choose it").set_input_files(
        {"name": "club-burgee.png", "mimeType": "image/png", "buffer": picture("gold")}
    )
    dialog.get_by_label("What it shows").fill("A burgee")
    dialog.get_by_role("button", name="Upload", exact=True).click()
    expect(dialog).to_have_count(0)
    page.get_by_role("link", name="Look through the library").click()
    dialog.get_by_label("Folder").select_option("/Burgees")
    dialog.get_by_role("button", name="Search").click()

    expect(dialog.get_by_role("listitem")).to_have_count(1)
    expect(dialog.get_by_role("button", name="club-burgee")).to_be_visible()


@pytest.mark.parametrize("address", ["/admin/media/?layout=grid", "/admin/media/?layout=list", "/admin/media/choose/"])
def test_every_file_of_a_list_shows_itself_though_all_come_as_one_picture(person: Person, address: str) -> None:
    page = person("editor")
    page.goto(address, wait_until="networkidle")
    cells = page.locator("img.cell")

    first, second = (cells.nth(number).bounding_box() for number in (0, 1))
    assert first is not None
    assert second is not None
    assert first["width"] == pytest.approx(first["height"], abs=1)
    assert first["width"] == pytest.approx(second["width"], abs=1)
    assert cells.nth(0).screenshot() != cells.nth(1).screenshot()
    assert len({cells.nth(number).evaluate("image => image.currentSrc") for number in range(cells.count())}) == 1
