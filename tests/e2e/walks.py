"""The way to screens that have no address of their own: each walk starts where the page is, and ends on the screen."""

from collections.abc import Callable
from io import BytesIO

from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE

Walk = Callable[[Page], None]

#: One row that changes something, one that does not, and one that is refused.
ROWS = "name,slug,description,parent,colour\n,notices,Tides and *all*,,\nSea,sea-2,,,\n,ferries,,Nowhere,\n"
CLOCK, RAIN, TRASH = "The tide clock on Pier 9", "A slightly longer dictionary of rain", "Move to trash…"


def press(*buttons: str) -> Walk:
    """Buttons of the page's main part, one after the other."""

    def walk(page: Page) -> None:
        for name in buttons:
            page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()

    return walk


def follow(*links: str) -> Walk:
    """Links of the page's main part or its head, one after the other."""

    def walk(page: Page) -> None:
        for name in links:
            page.locator("main, header").get_by_role("link", name=name, exact=True).first.click()

    return walk


def unfold(text: str) -> Walk:
    """A <details> with this summary."""

    def walk(page: Page) -> None:
        page.locator("summary", has_text=text).first.click()

    return walk


def fill(fields: dict[str, str], button: str) -> Walk:
    """A form by the labels of its fields, and then its button."""

    def walk(page: Page) -> None:
        for label, value in fields.items():
            page.get_by_label(label, exact=True).first.fill(value)
        press(button)(page)

    return walk


def then(*walks: Walk) -> Walk:
    def walk(page: Page) -> None:
        for one in walks:
            one(page)

    return walk


def open_row_menu(page: Page) -> None:
    page.get_by_label("More for").first.click()


def open_account_menu(page: Page) -> None:
    page.get_by_label("Your account: ").click()


def open_drawer(page: Page) -> None:
    page.set_viewport_size(PHONE)
    page.get_by_label("Menu", exact=True).click()


def select_two(page: Page) -> None:
    boxes = page.locator("input[name=rowid]")
    boxes.nth(0).check()
    boxes.nth(1).check()


def bulk(button: str) -> Walk:
    def walk(page: Page) -> None:
        select_two(page)
        bar = page.get_by_role("region", name="Selected entries")
        wanted = bar.get_by_role("button", name=button, exact=True)
        if not wanted.count():
            bar.locator("summary").click()
        wanted.click()

    return walk


def show_pane(name: str) -> Walk:
    """The preview in the editor, once it has arrived."""

    def walk(page: Page) -> None:
        page.get_by_role("radio", name=name).check()
        expect(page.locator("[data-preview] .prose")).to_be_visible()

    return walk


def preview_on_its_own_page(page: Page) -> None:
    page.locator("form#post").evaluate(
        "form => { form.action = '/admin/posts/preview/'; HTMLFormElement.prototype.submit.call(form); }"
    )
    page.wait_for_url("**/preview/")


def choose_image(page: Page) -> None:
    page.locator("summary", has_text="Featured image").click()
    page.get_by_role("link", name="Look through the library").click()
    expect(page.get_by_role("dialog").get_by_role("searchbox")).to_be_focused()


def save_over_somebody(page: Page) -> None:
    """The same person in two tabs is enough to be in one's own way."""
    fill({"Title": "The kiosk", "Text, in Markdown": "It opens at six."}, "Save draft")(page)
    other = page.context.new_page()
    other.goto(page.url)
    fill({"Title": "The tea kiosk", "Text, in Markdown": "It opens at six, with tea."}, "Save")(other)
    expect(other.get_by_text("Saved.", exact=True)).to_be_visible()
    other.goto("about:blank")
    fill({"Title": "The kiosk at six", "Text, in Markdown": "It opens at six. Bring a cup."}, "Save")(page)


def upload_two(page: Page) -> None:
    files = [
        {"name": f"{colour}.png", "mimeType": "image/png", "buffer": picture(colour)} for colour in ("green", "olive")
    ]
    page.get_by_label("Files").set_input_files(files)
    expect(page.get_by_role("listitem").get_by_text("In the library")).to_have_count(2)


def upload_text(page: Page) -> None:
    page.get_by_label("Files").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"no image"})
    expect(page.get_by_text("This is not an image")).to_be_visible()


def give_role(right: str, reach: str) -> Walk:
    def walk(page: Page) -> None:
        page.get_by_label(right, exact=True).select_option(reach)
        press("Save…")(page)

    return walk


ask_for_link = fill({"E-mail address": "nobody@example.com"}, "Send the link")
set_nonsense = fill({"Title (required)": "", "Posts per page (required)": "0"}, "Save")


def open_first(page: Page) -> None:
    """What the first line of a list leads to."""
    page.get_by_role("main").locator("td.lead a").first.click()


def open_everything(page: Page) -> None:
    """The editor of the tide clock with each of its panels open."""
    follow(CLOCK)(page)
    page.evaluate("document.querySelectorAll('details.panel').forEach((panel) => { panel.open = true; })")


def open_month(page: Page) -> None:
    page.locator("main a[href^='/archive/']").first.click()


def send_nothing(page: Page) -> None:
    """Past the browser's own check, which stops an empty form."""
    page.locator("form.write").evaluate("form => HTMLFormElement.prototype.submit.call(form)")
    page.locator(".fault").first.wait_for()


def send_rows(content: str) -> Walk:
    """A file of rows, to the page that takes one."""

    def walk(page: Page) -> None:
        page.get_by_label("File (required)").set_input_files(
            {"name": "rows.csv", "mimeType": "text/csv", "buffer": content.encode()}
        )
        press("Look at what would change")(page)
        page.locator("#file-error, #bulk-state:not([data-running])").first.wait_for()

    return walk


def import_row(page: Page) -> None:
    """The page goes on by itself while rows are left; what is looked at is the end."""
    press("Import 1 row")(page)
    page.get_by_role("heading", level=1, name="rows.csv: imported").wait_for()


def send_comment(page: Page) -> None:
    fill({"Name": "Wenna", "E-mail": "wenna@example.com", "Comment": "Ours *stopped* in March."}, "Send comment")(page)


def make_and_delete_role(page: Page) -> None:
    """Only roles of one's own can be deleted; this one has nobody."""
    fill({"Name (required)": "Proofreader"}, "Create")(page)
    follow("Proofreader", "Delete…")(page)


def fail_too_often(page: Page) -> None:
    """From an address that is not this machine's own, so that it is held to the limits."""
    elsewhere = {"X-Forwarded-For": "203.0.113.7"}
    token = page.locator("[name=csrf_token]").first.input_value()
    wrong = {"email": "nobody@example.com", "password": "no", "csrf_token": token}
    for _failure in range(10):
        page.request.post("/login", form=wrong, headers=elsewhere)
    page.set_extra_http_headers(elsewhere)
    fill({"E-mail address": wrong["email"], "Password": wrong["password"]}, "Sign in")(page)
    page.set_extra_http_headers({})


def picture(colour: str, size: tuple[int, int] = (640, 400)) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()
