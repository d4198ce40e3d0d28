"""axe-core on a page, past its Content-Security-Policy: the source is evaluated by the debugger and not by the page."""

from functools import cache
from importlib.resources import files

from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
#: What alone depends on the colours.
COLOURS = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}


@cache
def _source() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def findings(page: Page, options: dict[str, object] = EVERYTHING) -> list[str]:
    """Each finding, of whatever impact, as one line that says where to look."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_source())
    violations = page.evaluate("options => axe.run(document, options).then(found => found.violations)", options)
    return [f"{rule['id']} ({rule['impact']}): {node['html'][:160]}" for rule in violations for node in rule["nodes"]]
