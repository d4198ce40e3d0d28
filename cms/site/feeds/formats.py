"""A channel as JSON Feed 1.1, and which formats there are. The two in XML are written in `xml`."""

import json
from typing import Any

from cms.media.paths import path_of
from cms.site.feeds import xml
from cms.site.feeds.channel import Byline, Channel, Entry
from cms.site.frame import frame
from cms.web.languages import language


def as_json(channel: Channel) -> str:
    """https://www.jsonfeed.org/version/1.1/"""
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.page,
        "feed_url": f"{channel.address}.json",
        "description": channel.about or None,
        "language": language(),
        "items": [_item(entry) for entry in channel.entries],
    }
    return json.dumps(_said(told), ensure_ascii=False)


def _item(entry: Entry) -> dict[str, Any]:
    text = {"content_text": entry.summary} if entry.html is None else {"content_html": entry.html}
    told = {
        "id": entry.id,
        "url": entry.address,
        "title": entry.title,
        **text,
        "summary": entry.summary or None,
        "image": frame().absolute(path_of(entry.image)) if entry.image else None,
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [_author(entry.byline)],
        "tags": list(entry.tags) or None,
        "language": entry.language,
    }
    return _said(told)


def _author(byline: Byline) -> dict[str, Any]:
    return _said({"name": byline.name, "url": byline.address})


def _said(told: dict[str, Any]) -> dict[str, Any]:
    """Without what there is nothing to say about; an empty text may be all that there is."""
    return {name: value for name, value in told.items() if value is not None}


#: Ending of the address → type and writer.
FORMATS = {
    "atom": ("application/atom+xml", xml.as_atom),
    "rss": ("application/rss+xml", xml.as_rss),
    "json": ("application/feed+json", as_json),
}
