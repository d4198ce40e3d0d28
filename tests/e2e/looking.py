"""Looking at a page as it is now, at every width and in every colour that people use."""

from playwright.sync_api import Page

from tests.e2e.axe import COLOURS, EVERYTHING, findings
from tests.e2e.conftest import PHONE, WIDE

NARROWEST = {"width": 320, "height": 700}


def barriers(page: Page) -> list[str]:
    """What axe finds, and where the page is wider than the screen, once it has loaded; it is left as it was."""
    page.wait_for_load_state()
    found = []
    for viewport in (WIDE, PHONE):
        page.set_viewport_size(viewport)
        for scheme, options in (("light", EVERYTHING), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme)
            found += [f"{viewport['width']} {scheme}: {line}" for line in findings(page, options)]
    for viewport in (PHONE, NARROWEST):
        page.set_viewport_size(viewport)
        found += [f"{viewport['width']}: scrolls sideways: {line}" for line in too_wide(page)]
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    return found


def too_wide(page: Page) -> list[str]:
    """What sticks out, if the page can be moved sideways at all."""
    sticking_out: list[str] = page.evaluate("""() => {
        if (document.documentElement.scrollWidth <= innerWidth) return [];
        const all = [...document.body.querySelectorAll("*")];
        const out = all.filter((one) => one.getBoundingClientRect().right > innerWidth + 1);
        return out.slice(-3).map((one) => one.outerHTML.slice(0, 160)).concat(out.length ? [] : ["?"]);
    }""")
    return sticking_out
