"""Readers' pages as an audit looks at them: nothing moves, nothing waits on others, and each says what it is.

What Lighthouse asks of speed, search engines and structure, of our own and in every width and scheme; barriers by axe.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import PHONE, WIDE
from tests.e2e.looking import barriers
from tests.e2e.test_themes import NOTE_SHIFTS

pytestmark = pytest.mark.browser

Person = Callable[..., Page]
STORY = "/posts/tide-clock-pier-9"
PAGES = {"home": "/", "post": STORY, "tag": "/tags/sea", "search": "/search?q=tide", "lost": "/no-such-page"}

#: Of each page, what an audit would ask, gathered at once.
LOOK = """() => {
  const all = (where) => [...document.querySelectorAll(where)];
  const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
  const loaded = performance.getEntriesByType("resource");
  return {
    title: document.title, language: document.documentElement.lang, direction: document.documentElement.dir,
    description: meta("description"), viewport: meta("viewport"), robots: meta("robots"),
    canonical: document.querySelector('link[rel="canonical"]')?.href ?? null,
    headings: all("h1, h2, h3, h4, h5, h6").map((one) => Number(one.localName[1])),
    landmarks: all("main").length,
    nameless: all("a, button").filter((one) => !(one.textContent.trim() || one.ariaLabel || one.querySelector("[alt]")))
      .length,
    unsized: all("img").filter((one) => !one.hasAttribute("width") || !one.hasAttribute("height")).length,
    eager: all("img").filter((one) => one.loading !== "lazy" && one.getBoundingClientRect().top > 2 * innerHeight)
      .length,
    undescribed: all("img:not([alt])").length,
    scripts: all("script[src]").filter((one) => one.type !== "module" && !one.defer && !one.async).length,
    blocking: loaded.filter((one) => one.renderBlockingStatus === "blocking" && one.initiatorType !== "link")
      .map((one) => one.name),
    hosts: [...new Set(loaded.map((one) => new URL(one.name).host))],
    cookies: document.cookie, stored: localStorage.length + sessionStorage.length,
    small: all("main a, main button, main input").filter((one) => {
      const box = one.getBoundingClientRect();
      return box.width && getComputedStyle(one).display !== "inline" && Math.min(box.width, box.height) < 24;
    }).map((one) => one.outerHTML.slice(0, 120)),
    readable: parseFloat(getComputedStyle(document.querySelector("main")).fontSize),
    shifted: window.shifts.reduce((sum, [value]) => sum + value, 0),
  };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, WIDE], ids=["phone", "wide"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_passes_an_audit(
    person: Person,
    name: str,
    viewport: dict[str, int],
    scheme: Literal["light", "dark"],
) -> None:
    page = person(viewport=viewport, color_scheme=scheme)
    page.add_init_script(NOTE_SHIFTS)
    answer = page.goto(PAGES[name], wait_until="networkidle")
    assert answer is not None
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_load_state("networkidle")

    seen = page.evaluate(LOOK)

    assert answer.status == (404 if name == "lost" else 200)
    is_for_engines(seen, is_listed=name not in ("search", "lost"))
    is_well_built(seen)
    waits_on_nobody(seen, host=urlsplit(page.url).netloc)
    assert seen["shifted"] < 0.01


def is_for_engines(seen: dict[str, Any], *, is_listed: bool) -> None:
    assert 5 < len(seen["title"]) < 80
    assert (seen["language"], seen["direction"]) == ("en", "ltr")
    assert ("noindex" in seen["robots"]) is not is_listed
    if is_listed:
        assert 20 < len(seen["description"]) < 320
        assert seen["canonical"] is not None


def is_well_built(seen: dict[str, Any]) -> None:
    assert "width=device-width" in seen["viewport"]
    assert "user-scalable=no" not in seen["viewport"]
    headings = seen["headings"]
    assert headings.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(headings)), headings
    assert seen["landmarks"] == 1
    assert (seen["nameless"], seen["undescribed"], seen["unsized"], seen["eager"]) == (0, 0, 0, 0)
    assert seen["small"] == []
    assert seen["readable"] >= 16


def waits_on_nobody(seen: dict[str, Any], *, host: str) -> None:
    """But for our own style sheets, without which a page would be shown twice."""
    assert (seen["scripts"], seen["blocking"]) == (0, [])
    assert seen["hosts"] == [host]
    assert (seen["cookies"], seen["stored"]) == ("", 0)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_barriers(person: Person, name: str) -> None:
    page = person()
    page.goto(PAGES[name])

    assert barriers(page) == []
