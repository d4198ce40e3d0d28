"""What the specifications of the three formats ask of a feed, as far as ours use them."""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from defusedxml.ElementTree import fromstring

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
RFC_822 = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d ([+-]\d{4}|GMT)")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
STYLE = re.compile(rb'<\?xml-stylesheet type="text/css" href="(/static/\w+/feed\.css)"\?>')


def atom(data: bytes) -> ElementTree.Element:
    """RFC 4287: ids, titles and times of feed and entries, one alternate link each, an author for everything."""
    root = _parsed(data)
    assert root.tag == f"{ATOM}feed"
    assert root.get(XML_LANG)
    _has_one_of_each(root, [ATOM + name for name in ("id", "title", "updated", "author")])
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links.keys() == {"alternate", "self"}
    _are_absolute(links.values())
    entries = root.findall(f"{ATOM}entry")
    for entry in entries:
        _has_one_of_each(entry, [ATOM + name for name in ("id", "title", "updated", "published", "author")])
        assert entry.findtext(f"{ATOM}author/{ATOM}name")
        _are_absolute(
            entry.findtext(f"{ATOM}{name}") for name in ("id", f"author/{ATOM}uri") if entry.find(ATOM + name)
        )
        alternates = [link for link in entry.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
        assert len(alternates) == 1
        _are_absolute(link.get("href") for link in entry.findall(f"{ATOM}link"))
        for text in entry.findall(f"{ATOM}summary") + entry.findall(f"{ATOM}content"):
            assert text.get("type") in ("text", "html")
            assert not list(text), "text and HTML are escaped, and hold no elements"
    for element in root.iter():
        if element.tag in (f"{ATOM}updated", f"{ATOM}published"):
            assert RFC_3339.fullmatch(element.text or ""), element.text
            datetime.fromisoformat(element.text or "")
    _are_unique([entry.findtext(f"{ATOM}id") for entry in entries])
    newest = max((entry.findtext(f"{ATOM}updated") or "" for entry in entries), default=root.findtext(f"{ATOM}updated"))
    assert root.findtext(f"{ATOM}updated") == newest
    return root


def rss(data: bytes) -> ElementTree.Element:
    """RSS 2.0: a channel with its three elements, items with a title or a description, ids that are no addresses."""
    root = _parsed(data)
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    assert [child.tag for child in root] == ["channel"]
    channel = root[0]
    _has_one_of_each(channel, ["title", "link", "description", "language", "lastBuildDate", f"{ATOM}link"])
    this = channel.find(f"{ATOM}link")
    assert this is not None
    assert this.get("rel") == "self"
    _are_absolute([channel.findtext("link"), this.get("href")])
    items = channel.findall("item")
    for item in items:
        _has_one_of_each(item, ["title", "link", "description", "guid", "pubDate", CREATOR])
        _are_absolute([item.findtext("link")])
        guid, enclosure = item.find("guid"), item.find("enclosure")
        assert guid is not None
        assert guid.get("isPermaLink") == "false"
        if enclosure is not None:
            assert set(enclosure.keys()) == {"url", "length", "type"}
            _are_absolute([enclosure.get("url")])
    for element in root.iter():
        if element.tag in ("pubDate", "lastBuildDate"):
            assert RFC_822.fullmatch(element.text or ""), element.text
            parsedate_to_datetime(element.text or "")
        if element.tag in ("title", "description", CONTENT):
            assert not list(element)
    _are_unique([item.findtext("guid") for item in items])
    return channel


def json_feed(data: bytes) -> dict[str, Any]:
    """JSON Feed 1.1: its version and title, items with an id and a text."""
    feed: dict[str, Any] = json.loads(data)
    assert not CONTROL.search(data.decode())
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(feed["title"], str)
    assert isinstance(feed["items"], list)
    _are_absolute([feed["home_page_url"], feed["feed_url"]])
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert ("content_html" in item) != ("content_text" in item)
        _are_absolute([item["url"], *filter(None, [item.get("image")])])
        for name in ("date_published", "date_modified"):
            assert RFC_3339.fullmatch(item[name])
        for author in item["authors"]:
            assert author.keys() <= {"name", "url", "avatar"}
            _are_absolute(filter(None, [author.get("url")]))
        assert all(isinstance(tag, str) for tag in item.get("tags", []))
    _are_unique([item["id"] for item in feed["items"]])
    return feed


def _parsed(data: bytes) -> ElementTree.Element:
    """Well-formed, without entities or doctype, in UTF-8, and with a style for people."""
    assert data.startswith(b'<?xml version="1.0" encoding="utf-8"?>\n')
    assert STYLE.search(data)
    assert not CONTROL.search(data.decode())
    root: ElementTree.Element = fromstring(data, forbid_dtd=True)
    return root


def _has_one_of_each(element: ElementTree.Element, names: list[str]) -> None:
    counts = {name: len(element.findall(name)) for name in names}
    assert set(counts.values()) == {1}, counts


def _are_absolute(addresses: Iterable[str | None]) -> None:
    for address in addresses:
        assert address
        assert address.isascii()
        assert urlsplit(address).scheme in ("http", "https", "tag"), address


def _are_unique(ids: list[str | None]) -> None:
    assert all(ids)
    assert len(ids) == len(set(ids))
