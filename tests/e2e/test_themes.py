"""Both themes as readers see them, and the page where an owner chooses between them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, WIDE
from tests.e2e.looking import barriers, too_wide
from tests.e2e.slow_line import slow_line

pytestmark = pytest.mark.browser

APPEARANCE = "/admin/settings/appearance/"
STORY = "/posts/tide-clock-pier-9"
READING = (
    "/",
    "/posts",
    STORY,
    "/posts/short-dictionary-of-rain",
    "/posts/fog-a-users-guide",
    "/tags/sea",
    "/series/a-harbour-for-beginners",
    "/authors/pellow",
    "/archive/2026/11",
    "/about",
    "/search?q=tide",
    "/no-such-page",
    f"{STORY}/comments",
)
SLOW = ("/posts", STORY, "/about")
MOST_BYTES = 50 * 1024
#: Notes what moves without anybody having asked for it: how much, and what.
NOTE_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const { value, sources } of list.getEntries())
    window.shifts.push([value, sources.map(({ node }) => `${node?.nodeName} ${node?.className}`).join(", ")]);
}).observe({ type: "layout-shift", buffered: true });
"""
MOST_SHIFTED = 0.01


@contextmanager
def chosen(owner: Page, **values: str) -> Iterator[None]:
    """By their fields, for as long as the block lasts; others share the site."""

    def choose(given: dict[str, str]) -> dict[str, str]:
        owner.goto(APPEARANCE)
        before = {}
        for name, value in given.items():
            field = owner.locator(f"[name={name}]")
            before[name] = field.input_value()
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        owner.get_by_role("button", name="Save", exact=True).click()
        expect(owner.get_by_text("The settings were saved.")).to_be_visible()
        return before

    before = choose(values)
    try:
        yield
    finally:
        choose(before)


@pytest.mark.timeout(600)
def test_gazette_has_no_barriers_in_any_scheme_or_width(person: Callable[..., Page]) -> None:
    reader = person()
    with chosen(person("owner"), theme="gazette"):
        for place in READING:
            reader.goto(place)
            expect(reader.locator('link[href$="/gazette.css"]')).to_have_count(1)
            assert barriers(reader) == [], place
            reader.evaluate("document.documentElement.dir = 'rtl'")
            for viewport in (PHONE, WIDE):
                reader.set_viewport_size(viewport)
                assert too_wide(reader) == [], f"{place}, from right to left"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("theme", ["copydesk", "gazette"])
def test_front_pages_have_no_barriers_weigh_little_and_do_not_move(
    person: Callable[..., Page], site: str, theme: str
) -> None:
    for layout in ("lead", "list", "grid"):
        with chosen(
            person("owner"),
            theme=theme,
            home_layout=layout,
            ground_light="#fff8e1",
            ink_dark="#ffffff",
            text_font="slab",
        ):
            reader = person()
            reader.add_init_script(NOTE_SHIFTS)
            assert weight_of(reader, "/") < MOST_BYTES
            assert moved(reader) == [], layout
            assert barriers(reader) == [], layout
            with slow_line(site) as address:
                for viewport in (WIDE, PHONE):
                    reader.set_viewport_size(viewport)
                    for place in ("/", *(SLOW if layout == "lead" else ())):
                        reader.goto(address + place)
                        assert moved(reader) == [], f"{layout}: {place}, {viewport}"


def test_the_preview_follows_the_form_and_nobody_else_sees_it(person: Callable[..., Page]) -> None:
    owner, reader = person("owner"), person()
    reader.goto("/")
    before = reader.content()
    owner.goto(APPEARANCE)
    shown = owner.frame_locator("iframe")
    expect(shown.get_by_role("heading", level=1)).to_be_visible()
    assert barriers(owner) == []

    owner.locator("[name=theme]").select_option("gazette")
    owner.locator("[name=accent_light]").fill("#7a1f00")
    expect(shown.locator('link[href*="/static/look/"][href*="/gazette/7a1f00-"]')).to_have_count(1)
    owner.locator("[data-look-page]").select_option(label="A post")
    expect(shown.get_by_role("heading", level=2, name="comments")).to_be_visible()

    owner.locator("[name=accent_light]").fill("#ffee00")
    expect(owner.get_by_text("has a contrast of")).to_be_visible()
    reader.goto("/")
    assert reader.content() == before
    owner.evaluate("document.querySelector('form[data-guard]').remove()")  # or leaving would ask


def test_without_script_a_button_shows_the_preview_in_a_tab(person: Callable[..., Page]) -> None:
    owner = person("owner", java_script_enabled=False)
    owner.goto(APPEARANCE)
    owner.locator("[name=theme]").select_option("gazette")

    with owner.expect_popup() as opened:
        owner.get_by_role("button", name="Preview: Front page").click()

    expect(opened.value.get_by_text("A preview of settings that are not saved")).to_be_visible()
    expect(opened.value.locator('link[href$="/gazette.css"]')).to_have_count(1)


def moved(page: Page) -> list[tuple[float, str]]:
    """What moved on the page, if it was enough to be seen."""
    shifts: list[tuple[float, str]] = page.evaluate("window.shifts")
    return shifts if sum(value for value, _ in shifts) >= MOST_SHIFTED else []


def weight_of(page: Page, address: str) -> int:
    """Bytes as they come for a first look, without pictures."""
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    paths: dict[str, str] = {}
    bytes_of: dict[str, float] = {}
    network.on("Network.requestWillBeSent", lambda sent: paths.update({sent["requestId"]: sent["request"]["url"]}))
    network.on("Network.loadingFinished", lambda done: bytes_of.update({done["requestId"]: done["encodedDataLength"]}))
    page.goto(address, wait_until="networkidle")
    network.detach()
    texts = (request for request, url in paths.items() if not urlsplit(url).path.startswith("/media/"))
    return int(sum(bytes_of.get(request, 0) for request in texts))
