"""oEmbed (https://oembed.com): what another site shows in place of a link to a text of ours, without any script."""

from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Response, abort, jsonify, request
from markupsafe import Markup

from cms.core.i18n import _
from cms.core.text import printable
from cms.extensions import db
from cms.media.renditions import path_of_copy, widths_of
from cms.media.shown import Pictured
from cms.posts import public
from cms.posts.shown import Story
from cms.site.frame import direction_of, frame
from cms.web import now, runtime
from cms.web.languages import language

FORMATS = ("json", "xml")
#: Of the card; a picture may be as high as the card is wide.
WIDTH, HEIGHT = 640, 640
KEPT_SECONDS = 3600
#: In what follows the `?` of an address.
_UNQUOTED = "!$'()*,/:;?@"
_CARD = Markup(
    '<blockquote lang="{language}" dir="{direction}"><p><a href="{address}">{title}</a></p>'
    "<p>{summary}</p><p>{author} · {site}</p></blockquote>"
)


def address(path: str, format: str) -> str:
    """Where the page at a path is told of, as `url_for` writes it, in a quarter of its time."""
    site = frame()
    return site.absolute(f"/oembed?url={quote_plus(site.absolute(path), safe=_UNQUOTED)}&format={format}")


def embed() -> Response:
    """A live post or page at an address of this site, as JSON or XML."""
    format = request.args.get("format", FORMATS[0])
    if format not in FORMATS:
        abort(501, _("Only JSON and XML are offered here."))
    edition = _edition_at(request.args.get("url", ""))
    if edition is None:
        abort(404)
    told = _told(edition, _most("maxwidth", WIDTH), _most("maxheight", HEIGHT))
    if format == "json":
        return jsonify(told)
    return Response(_xml(told), content_type="text/xml; charset=utf-8")


def _edition_at(address: str) -> Story | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    path = unquote(parts.path)
    if parts.netloc != urlsplit(runtime().config.base_url).netloc or printable(path) != path:
        return None
    return public.at_path(db.session(), path, now())


def _most(name: str, ours: int) -> int:
    """What is asked for, where it is a number, and no more than we offer."""
    asked = request.args.get(name, ours, type=int)
    return min(max(asked, 1), ours)


def _told(edition: Story, width: int, height: int) -> dict[str, Any]:
    site, author = frame(), edition.author
    address = site.absolute(quote(edition.path))
    spoken = edition.language or language()
    card = _CARD.format(
        language=spoken,
        direction=direction_of(spoken),
        address=address,
        title=printable(edition.title),
        summary=printable(edition.excerpt),
        author=printable(author.name),
        site=printable(site.title),
    )
    told = {
        "version": "1.0",
        "type": "rich",
        "title": printable(edition.title),
        "author_name": printable(author.name),
        "author_url": site.absolute(f"/authors/{quote(author.username)}"),
        "provider_name": printable(site.title),
        "provider_url": site.absolute("/"),
        "cache_age": KEPT_SECONDS,
        "html": str(card),
        "width": width,
        "height": height,
    }
    return told | (_thumbnail(edition.shown_media, width, height) if edition.shown_media else {})


def _thumbnail(media: Pictured, width: int, height: int) -> dict[str, Any]:
    """The largest copy that fits; nothing where none does, or where there are none."""
    sizes = [
        (copy, has, round(has * (media.height or 0) / (media.width or 1))) for copy, has in widths_of(media).items()
    ]
    fitting = [(copy, wide, high) for copy, wide, high in sizes if wide <= width and high <= height]
    if not fitting:
        return {}
    copy, wide, high = fitting[-1]
    address = frame().absolute(quote(path_of_copy(media, f"w{copy}")))
    return {"thumbnail_url": address, "thumbnail_width": wide, "thumbnail_height": high}


def _xml(told: dict[str, Any]) -> bytes:
    root = Element("oembed")
    for name, value in told.items():
        SubElement(root, name).text = str(value)
    xml: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return xml
