"""A channel as Atom and as RSS 2.0, which a browser shows as a plain page by way of a style sheet.

Browsers no longer run XSLT, and a style sheet cannot make links or dates. So each entry carries a heading in XHTML,
which both formats allow and feed readers pass over.
"""

from datetime import UTC, datetime
from html import escape
from typing import Any

from feedgenerator import Atom1Feed, Enclosure, Rss201rev2Feed
from flask import current_app

from cms.core.i18n import _
from cms.media.paths import path_of
from cms.media.shown import Pictured
from cms.site.feeds.channel import Channel
from cms.site.frame import frame
from cms.web.languages import language

XHTML = "http://www.w3.org/1999/xhtml"
#: Of a feed in which nothing ever was: any other would change with each look at it.
NEVER = datetime(2026, 1, 1, tzinfo=UTC)


def as_atom(channel: Channel) -> str:
    """RFC 4287."""
    return _written(_Atom, channel, "atom")


def as_rss(channel: Channel) -> str:
    """https://www.rssboard.org/rss-specification, with the full text as `content:encoded`."""
    return _written(_Rss, channel, "rss")


class _Readable:
    """What both formats lack: a page for people, a language for each entry, and a time that only changes make."""

    feed: dict[str, Any]

    def latest_post_date(self) -> datetime:
        return self.feed["updated"] or NEVER

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        return {"xml:lang": item["language"]} if item["language"] else {}

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)  # type: ignore[misc]  # of the feed
        handler.startElement("p", {"xmlns": XHTML})
        handler.characters(_("This is a feed: put its address into a feed reader, and what is new comes to you.") + " ")
        handler.addQuickElement("a", _("Read it as a page"), {"href": self.feed["link"]})
        handler.endElement("p")

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)  # type: ignore[misc]
        handler.startElement("h2", {"xmlns": XHTML})
        handler.addQuickElement("a", item["title"], {"href": item["link"]})
        handler.addQuickElement("small", f"{item['day']} · {item['author_name']}")
        handler.endElement("h2")


class _Atom(_Readable, Atom1Feed):
    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("summary", item["summary"], {"type": "text"})


class _Rss(_Readable, Rss201rev2Feed):
    def rss_attributes(self) -> dict[str, str]:
        names = {"xmlns:content": "http://purl.org/rss/1.0/modules/content/", "xml:lang": self.feed["language"]}
        return {**super().rss_attributes(), **names}

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("description", escape(item["summary"], quote=False))
        if item["content"] is not None:
            handler.addQuickElement("content:encoded", item["content"])


def _written(format: type[Any], channel: Channel, ending: str) -> str:
    feed = format(
        title=channel.title,
        link=channel.page,
        description=channel.about or channel.title,
        language=language(),
        author_name=frame().title,
        feed_url=f"{channel.address}.{ending}",
        feed_guid=channel.id,
        updated=channel.updated,
    )
    for entry in channel.entries:
        feed.add_item(
            title=entry.title,
            link=entry.address,
            description=None,
            summary=entry.summary,
            content=entry.html,
            author_name=entry.byline.name,
            author_link=entry.byline.address,
            pubdate=entry.published,
            updateddate=entry.updated,
            day=entry.day,
            language=entry.language,
            unique_id=entry.id,
            unique_id_is_permalink=False,
            categories=entry.tags,
            enclosures=[_enclosure(entry.image)] if entry.image else [],
        )
    return _styled(feed.writeString("utf-8"))


def _enclosure(media: Pictured) -> Enclosure:
    return Enclosure(frame().absolute(path_of(media)), str(media.bytes), media.mime)


def _styled(xml: str) -> str:
    """The instruction stands right after the declaration, which is the first line."""
    declaration, _break, rest = xml.partition("\n")
    style = current_app.jinja_env.globals["static_url"]("feed.css")  # type: ignore[operator]
    return f'{declaration}\n<?xml-stylesheet type="text/css" href="{escape(style)}"?>\n{rest}'
