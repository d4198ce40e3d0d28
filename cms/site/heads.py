"""What search engines and networks read in the head of a page: schema.org as JSON-LD, and words of OpenGraph.

JSON-LD is data that browsers do not run, so that our Content-Security-Policy has nothing against it.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from babel.core import get_global, parse_locale

from cms.media.paths import path_of
from cms.media.shown import Pictured
from cms.posts.around import InSeries
from cms.posts.models import PostKind
from cms.posts.shown import Story
from cms.posts.slugs import path_of_series
from cms.site.frame import frame
from cms.web.languages import language

CONTEXT = "https://schema.org"


def article(edition: Story, path: str, *, comments: int, in_series: InSeries | None = None) -> dict[str, Any]:
    """A post as an Article, a page as a WebPage; `path` is its one address."""
    is_post = edition.kind is PostKind.POST
    told: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Article" if is_post else "WebPage",
        "mainEntityOfPage": _absolute(path),
        "url": _absolute(path),
        "headline" if is_post else "name": edition.title,
        "description": edition.seo_description or edition.summary or edition.excerpt,
        "inLanguage": edition.language or language(),
        "datePublished": edition.published_at.isoformat(),
        "dateModified": edition.updated_at.isoformat(),
        "author": {
            "@type": "Person",
            "name": edition.author.name,
            "url": _absolute(f"/authors/{edition.author.username}"),
        },
        "publisher": _publisher(),
        "image": _image(edition.shown_media) if edition.shown_media else None,
    }
    if is_post:
        told |= {"wordCount": edition.word_count, "commentCount": comments}
        told |= _place_in(in_series) if in_series is not None else {}
        told["keywords"] = [tag.name for tag in edition.tags] or None
    return _said(told)


def crumbs(places: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The way down from the front page to this one: names and paths."""
    way = [(frame().title, "/"), *places]
    steps = [
        {"@type": "ListItem", "position": number, "name": name, "item": _absolute(path)}
        for number, (name, path) in enumerate(way, 1)
    ]
    return {"@context": CONTEXT, "@type": "BreadcrumbList", "itemListElement": steps}


def locale_of(language: str) -> str:
    """As OpenGraph writes it, with the land where most people speak it: `de` is de_DE."""
    try:
        name, land, script = parse_locale(language, sep="-")[:3]
    except ValueError:
        return language
    likely = get_global("likely_subtags").get("_".join(filter(None, (name, script))), "")
    land = land or str(likely).rpartition("_")[2]
    return f"{name}_{land}" if land else name


def _place_in(place: InSeries) -> dict[str, Any]:
    series = {"@type": "CreativeWorkSeries", "name": place.series.title}
    return {"isPartOf": series | {"url": _absolute(path_of_series(place.series.slug))}, "position": place.number}


def _publisher() -> dict[str, Any]:
    site = frame()
    logo = _image(site.logo) if site.logo else None
    return _said({"@type": "Organization", "name": site.title, "url": _absolute("/"), "logo": logo})


def _image(media: Pictured) -> dict[str, Any]:
    size = {"width": media.width or None, "height": media.height or None}
    return _said({"@type": "ImageObject", "url": _absolute(path_of(media)), **size})


def _absolute(path: str) -> str:
    return frame().absolute(quote(path))


def _said(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value is not None}
