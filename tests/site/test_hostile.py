"""Hostile text in every place that readers can see: it is shown as text, or refused at its field, and never runs."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import cycle, product
from unicodedata import normalize
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag as Element
from defusedxml.ElementTree import fromstring
from sqlalchemy.orm import Session

from cms.accounts.actions.attempts import Limit
from cms.comments import limits, threads
from cms.comments.fields import checked
from cms.comments.lifecycle import APPROVED
from cms.posts.lifecycle import PUBLISHED
from tests.browser import Browser
from tests.factories import Make
from tests.services.plugin import SHARED_DATA
from tests.site.commenting import FORM, STAMP, comments
from tests.site.test_feeds import ATOM

OWN = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'\" onmouseover=alert(1) x='",
    "</title></head><svg onload=alert(1)>",
    "[x](javascript:alert(1))",
    "<a href=\"jav\tascript:alert(1)\">x</a>",
    "{{ 7 * 7 }} {% raw %}",
    "javascript:alert(1)",
    "\u202eevil\u2066",
]  # fmt: skip
SCRIPTS = re.compile(r"^[\x00-\x20]*(javascript|vbscript|data|blob|file):", re.IGNORECASE)
ADDRESSES = ("href", "src", "action", "formaction", "poster", "srcset")
FORBIDDEN = "script style iframe object embed svg math base template noscript xmp".split()
Decide = Callable[..., None]


def payloads() -> list[str]:
    """Our own few, and the whole collection where it is there."""
    path = SHARED_DATA / "hostile" / "xss.jsonl"
    if not path.exists():
        return OWN
    return OWN + [json.loads(line)["p"] for line in path.read_text("utf-8").splitlines() if line]


def faults(page: str) -> list[str]:
    """What a browser could run, in markup as a browser would build it."""
    found = []
    for element in BeautifulSoup(page, "html.parser").find_all(True):
        assert isinstance(element, Element)
        if element.name in FORBIDDEN and not _is_ours(element):
            found.append(f"<{element.name}>")
        for name, value in element.attrs.items():
            if name.startswith("on") or name in ("style", "srcdoc"):
                found.append(f"{element.name}.{name}")
            if name in ADDRESSES and SCRIPTS.match(str(value)):
                found.append(f"{element.name}.{name}={value}")
    return found


def _is_ours(element: Element) -> bool:
    """The one script that public pages have, and data that no browser runs."""
    if element.attrs == {"type": "application/ld+json"}:
        return json.loads(element.text)["@context"] == "https://schema.org"
    return element.name == "script" and re.fullmatch(r"/static/\w+/js/site\.js", str(element.get("src"))) is not None


_NOT_IN_A_LINE = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff\ufffd-\uffff]")


def line_of(payload: str, length: int = 60) -> str:
    """As a field of one line could hold it."""
    return _NOT_IN_A_LINE.sub(" ", payload)[:length].strip() or "x"


def test_nothing_that_people_write_runs_on_any_public_page(
    session: Session, browser: Browser, make: Make, decide: Decide
) -> None:
    urls: list[str] = ["/", "/nothing"]
    for number, payload in enumerate([*OWN, *payloads()[::7]]):
        urls += write_everywhere(make, number, payload)
    decide(title="<script>alert(1)</script>", tagline=OWN[1], about=OWN[3], menu=[f"{one} | {one}" for one in OWN])
    session.commit()

    for url in urls:
        response = browser.get(url)
        assert response.status_code == (404 if url == "/nothing" else 200), url
        assert faults(response.get_data(as_text=True)) == [], url
    for entry in fromstring(browser.get("/feed.atom").data).iter(f"{ATOM}content"):
        assert faults(entry.text or "") == []


def write_everywhere(make: Make, number: int, payload: str) -> list[str]:
    """The payload in every field that readers are shown; returns where."""
    line = line_of(payload)
    name = f"{line} {number}"
    tag = make.tag(name, slug=f"tag-{number}", key=name.casefold(), description=line_of(payload, 900))
    author = make.user("author", display_name=line, bio=line, username=f"author{number}")
    media = make.media(alt=line, caption=line)
    lines = dict.fromkeys(("title", "summary", "seo_title", "seo_description", "featured_alt"), line)
    body = line_of(payload, 2000)
    post = make.post(
        **lines, slug=f"p{number}", body=body, author=author, tags=[tag], featured_media_id=media.id, status=PUBLISHED
    )
    said = checked(name=line, email="rafe@example.com", body=f"x {line}").body_html
    make.comment(post, status=APPROVED, guest_name=line, guest_url=body[:500], body_html=said)
    places = [f"/posts/p{number}/comments", f"/tags/tag-{number}", f"/authors/author{number}"]
    return [f"/posts/p{number}", places[number % len(places)]]


def test_nothing_that_visitors_say_runs_below_a_post(
    session: Session, browser: Browser, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "PER_PAGE", 1_000)
    post = make.post(slug="it", status=PUBLISHED)
    for payload in payloads():
        name, body = line_of(payload), _NOT_IN_A_LINE.sub("\n", payload[:9_000])
        said = checked(name=name, email="rafe@example.com", body=f"{body}\n\nx").body_html
        make.comment(post, status=APPROVED, guest_name=name, guest_url=line_of(payload, 500), body_html=said)
    session.commit()

    page = browser.get("/posts/it").get_data(as_text=True)

    assert page.count('class="said"') == len(payloads())
    assert faults(page) == []


PLACES = (
    "/posts/{}",
    "/tags/{}",
    "/authors/{}",
    "/archive/2026/{}",
    "/{}",
    "/?before={}",
    "/posts/it?comments={}",
    "/posts/it/comments?parent={}",
    "/posts/it/comments/received?c={}",
)


def test_nothing_in_an_address_comes_back_to_run(session: Session, browser: Browser, make: Make) -> None:
    make.post(slug="it", status=PUBLISHED)
    session.commit()
    pairs = [*product(OWN, PLACES), *zip(payloads(), cycle(PLACES))]

    for payload, place in pairs:
        response = browser.get(place.format(payload.replace("?", "%3F").replace("#", "%23")))
        assert response.status_code in (200, 301, 308, 400, 404), payload
        assert faults(response.get_data(as_text=True)) == [], payload


def values() -> Iterable[str]:
    """Texts of every awkward kind; some are named by what they repeat."""
    for name in ("fields.json", "slugs.json"):
        path = SHARED_DATA / "hostile" / name
        if path.exists():
            for value in json.loads(path.read_text("utf-8"))["values"]:
                yield value["repeat"][0] * value["repeat"][1] if isinstance(value, dict) else str(value)
    yield from OWN
    yield from ("x" * 200_000, "\n" * 9_000, "<" * 9_000, "> " * 2_000, "Z" + "\u0301" * 200, "\x07", "\ufffd", "😀")


@pytest.mark.parametrize("field", ["name", "email", "body", "parent", "csrf_token", "website"])
def test_every_field_keeps_what_it_is_sent_or_says_what_is_wrong(
    session: Session, browser: Browser, make: Make, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    monkeypatch.setattr(limits, "LIMITS", (Limit("comment", 10_000, timedelta(hours=1)),))
    make.post(slug="it", status=PUBLISHED)
    session.commit()
    stamp = STAMP.search(browser.get(FORM).get_data(as_text=True))
    assert stamp is not None
    given = {"name": "Rafe", "email": "rafe@example.com", "body": "Words.", "csrf_token": stamp[1]}

    for number, value in enumerate(values()):
        values_sent = given | {"email": f"rafe{number}@example.com"} | {field: value}
        sent = urlencode(values_sent, errors="surrogatepass")
        response = browser.client.post(FORM, data=sent, content_type="application/x-www-form-urlencoded")
        assert response.status_code in (303, 400, 413, 422), repr(value[:60])
        if response.status_code == 303 and value.isprintable() and field in ("name", "body"):
            stored = comments(session)[-1]
            assert {"name": stored.guest_name, "body": stored.body}[field] == normalize("NFC", value).strip()
        if response.status_code == 422 and len(value) < 1_000:
            assert faults(response.get_data(as_text=True)) == []
