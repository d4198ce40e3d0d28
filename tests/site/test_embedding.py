"""oEmbed of our own texts: nothing but what is live, and nothing that runs."""

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from defusedxml.ElementTree import fromstring
from flask import Flask, url_for
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.posts.models import Post
from cms.site import embedding
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make
from tests.site.test_hostile import faults

pytestmark = pytest.mark.usefixtures("clean")

HOSTILE = "Fish & <script>alert(1)</script> \"'"
AT = "/oembed?url=http%3A%2F%2Flocalhost%2Fposts%2Fit"
Publish = Callable[..., Post]


@pytest.fixture(autouse=True)
def site(session: Session, make: Make, publish: Publish) -> Post:
    """A wide image, and words that are no markup."""
    image = make.media(width=1600, height=800)
    ines = make.user("author", username="ines", display_name="Ines <b>")
    post = publish(slug="it", title=HOSTILE, summary=HOSTILE, author=ines, language="ar", featured_media_id=image.id)
    make.post(slug="draft")
    session.commit()
    return post


def told(browser: Browser, url: str) -> dict[str, Any]:
    response = browser.get(url)
    assert (response.status_code, response.mimetype) == (200, "application/json")
    found: dict[str, Any] = response.get_json()
    return found


def test_a_post_is_told_as_the_specification_says(browser: Browser, engine: Engine) -> None:
    with counted(engine) as statements:
        answer = told(browser, AT)

    assert (answer["version"], answer["type"], answer["title"]) == ("1.0", "rich", HOSTILE)
    assert (answer["author_name"], answer["author_url"]) == ("Ines <b>", "http://localhost/authors/ines")
    assert answer["provider_url"] == "http://localhost/"
    assert (answer["width"], answer["height"]) == (640, 640)
    assert (answer["thumbnail_width"], answer["thumbnail_height"]) == (640, 320)
    assert answer["thumbnail_url"].startswith("http://localhost/media/")
    card = BeautifulSoup(answer["html"], "html.parser")
    assert faults(answer["html"]) == []
    assert card.blockquote is not None
    assert (card.blockquote["lang"], card.blockquote["dir"]) == ("ar", "rtl")
    assert card.select_one("a[href='http://localhost/posts/it']") is not None
    assert len(statements) <= 6


def test_both_formats_say_the_same(browser: Browser) -> None:
    response = browser.get(f"{AT}&format=xml")

    assert response.headers["Content-Type"] == "text/xml; charset=utf-8"
    root = fromstring(response.data, forbid_dtd=True)
    assert root.tag == "oembed"
    assert {one.tag: one.text for one in root} == {name: str(value) for name, value in told(browser, AT).items()}


@pytest.mark.parametrize(
    ("asked", "width", "thumbnail"),
    [("400", 400, 320), ("200", 200, None), ("99999", 640, 640), ("0", 1, None), ("-5", 1, None), ("x", 640, 640)],
)
def test_nothing_is_wider_than_was_asked_for(browser: Browser, asked: str, width: int, thumbnail: int | None) -> None:
    answer = told(browser, f"{AT}&maxwidth={asked}")

    assert (answer["width"], answer.get("thumbnail_width")) == (width, thumbnail)
    assert ("thumbnail_url" in answer) == ("thumbnail_height" in answer) == (thumbnail is not None)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 404),
        ("url=http://localhost/posts/draft", 404),
        ("url=http://localhost/", 404),
        ("url=http://evil.invalid/posts/it", 404),
        ("url=/posts/it", 404),
        ("url=http://[evil", 404),
        ("url=http://localhost/posts/it%2500", 404),
        ("url=http://localhost/posts/it&format=yaml", 501),
    ],
)
def test_anything_else_is_not_there(browser: Browser, query: str, status: int) -> None:
    assert browser.get(f"/oembed?{query}").status_code == status


@pytest.mark.parametrize("path", ["/posts/it", "/größe/a b", "/it's-50%/+&?"])
def test_the_address_is_the_one_that_flask_would_write(app: Flask, path: str) -> None:
    with app.test_request_context("/"):
        for format in embedding.FORMATS:
            usual = url_for("site.oembed", url=f"http://localhost{path}", format=format)
            assert embedding.address(path, format) == f"http://localhost{usual}"


def test_a_post_says_where_it_is_told(browser: Browser) -> None:
    page = BeautifulSoup(browser.get("/posts/it").text, "html.parser")

    links = {
        link["type"]: str(link["href"]) for link in page.find_all("link", type=lambda type: "oembed" in (type or ""))
    }

    assert links.keys() == {"application/json+oembed", "text/xml+oembed"}
    for link in links.values():
        assert browser.get(link.removeprefix("http://localhost")).status_code == 200
