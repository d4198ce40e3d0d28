"""What search engines and networks read in the head of a page."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.posts.lifecycle import PUBLISHED
from cms.posts.models import Post
from cms.site.heads import locale_of
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make

Publish = Callable[..., Post]
Decide = Callable[..., None]
HOSTILE = "</script><script>alert(1)</script> & \"'<!--"


def linked(browser: Browser, url: str) -> dict[str, dict[str, Any]]:
    """JSON-LD by its type."""
    page = BeautifulSoup(browser.get(url).text, "html.parser")
    found = [json.loads(script.text) for script in page.find_all("script", type="application/ld+json")]
    assert all(one["@context"] == "https://schema.org" for one in found)
    return {one["@type"]: one for one in found}


def meta(browser: Browser, url: str) -> dict[str, str]:
    page = BeautifulSoup(browser.get(url).text, "html.parser")
    return {str(tag.get("property") or tag["name"]): str(tag["content"]) for tag in page.select("meta[content]")}


def way(crumbs: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(step["position"], step["name"], step["item"]) for step in crumbs["itemListElement"]]


def test_a_post_says_what_an_article_says(
    session: Session, browser: Browser, make: Make, publish: Publish, decide: Decide
) -> None:
    ines = make.user("author", username="ines", display_name="Ines Pellow")
    image, logo = make.media(width=800, height=600), make.media(width=400, height=100)
    decide(title="The Review", logo_id=logo.id)
    publish(
        slug="it", title=HOSTILE, summary="In short.", author=ines, language="de", tags=[make.tag("Sea")],
        featured_media_id=image.id,
    )  # fmt: skip
    session.commit()

    article = linked(browser, "/posts/it")["Article"]

    assert article["headline"] == HOSTILE
    assert article["url"] == article["mainEntityOfPage"] == "http://localhost/posts/it"
    assert article["description"] == "In short."
    assert article["inLanguage"] == "de"
    assert article["datePublished"] == article["dateModified"] == "2026-03-02T12:00:00+00:00"
    assert article["author"] == {"@type": "Person", "name": "Ines Pellow", "url": "http://localhost/authors/ines"}
    assert article["image"]["url"].startswith(f"http://localhost/media/{image.id}/")
    assert (article["image"]["width"], article["image"]["height"]) == (800, 600)
    assert article["publisher"]["name"] == "The Review"
    assert article["publisher"]["logo"]["width"] == 400
    assert (article["keywords"], article["commentCount"]) == (["Sea"], 0)
    assert "<script>alert" not in browser.get("/posts/it").text
    assert ines.email not in browser.get("/posts/it").text


def test_a_post_a_page_and_a_tag_say_the_way_down_to_them(
    session: Session, engine: Engine, browser: Browser, make: Make, publish: Publish, decide: Decide
) -> None:
    decide(title="The Review")
    about = make.page(slug="about", title="About us", status=PUBLISHED)
    make.page(slug="team", title="The team", parent_id=about.id, status=PUBLISHED)
    publish(slug="tides", title="Tides", tags=[make.tag("Sea", parent_id=make.tag("Nature").id)])
    session.commit()

    front = (1, "The Review", "http://localhost/")
    assert way(linked(browser, "/posts/tides")["BreadcrumbList"]) == [
        front,
        (2, "All posts", "http://localhost/posts"),
        (3, "Tides", "http://localhost/posts/tides"),
    ]
    assert way(linked(browser, "/about/team")["BreadcrumbList"]) == [
        front,
        (2, "About us", "http://localhost/about"),
        (3, "The team", "http://localhost/about/team"),
    ]
    assert way(linked(browser, "/tags/sea")["BreadcrumbList"]) == [
        front,
        (2, "Nature", "http://localhost/tags/nature"),
        (3, "Sea", "http://localhost/tags/sea"),
    ]
    assert linked(browser, "/about/team")["WebPage"]["name"] == "The team"
    assert '<a href="/about">About us</a>' in browser.get("/about/team").text
    with counted(engine) as statements:
        browser.get_unkept("/about/team")
    assert len(statements) <= 6


def test_networks_are_told_of_the_image_and_the_language(
    session: Session, browser: Browser, make: Make, publish: Publish
) -> None:
    image = make.media(width=800, height=600)
    publish(slug="it", title="The clock", summary="Short", featured_media_id=image.id, featured_alt="A clock & a gull")
    publish(slug="ar", language="ar")
    session.commit()

    told = meta(browser, "/posts/it")

    assert (told["og:image:width"], told["og:image:height"], told["og:image:type"]) == ("800", "600", image.mime)
    assert told["og:image:alt"] == told["twitter:image:alt"] == "A clock & a gull"
    assert told["og:image"] == told["twitter:image"]
    assert (told["og:locale"], meta(browser, "/posts/ar")["og:locale"]) == ("en_US", "ar_EG")
    assert (told["twitter:card"], told["twitter:title"]) == ("summary_large_image", "The clock")
    assert told["twitter:description"] == told["og:description"] == "Short"
    assert meta(browser, "/posts/ar")["twitter:card"] == "summary"
    assert meta(browser, "/")["og:locale"] == "en_US"


@pytest.mark.parametrize(
    ("language", "locale"),
    [("de", "de_DE"), ("pt-BR", "pt_BR"), ("zh-Hant", "zh_TW"), ("en-GB", "en_GB"), ("x", "x"), ("no one", "no one")],
)
def test_a_language_has_a_land(language: str, locale: str) -> None:
    assert locale_of(language) == locale


@pytest.mark.parametrize("url", ["/", "/posts", "/tags/sea", "/authors/ines", "/archive/2026/03", "/posts/it"])
def test_a_text_in_another_language_says_so_wherever_its_title_stands(
    session: Session, browser: Browser, make: Make, publish: Publish, url: str
) -> None:
    about = {"author": make.user("author", username="ines"), "tags": [make.tag("Sea")]}
    for number in range(6):
        publish(slug=f"ar{number}", title="بيروت", language="ar", **about)
    publish(slug="it", title="English", **about)
    publish(slug="ur", title="بيروت", language="ar", **about)
    session.commit()

    page = BeautifulSoup(browser.get(url).text, "html.parser")

    titles = [link for link in page.select("main a") if "بيروت" in link.text]
    assert titles
    for link in titles:
        spoken = link.find(attrs={"lang": True}) or link.find_parent(attrs={"lang": True})
        assert spoken is not None
        assert (spoken["lang"], spoken["dir"]) == ("ar", "rtl")
