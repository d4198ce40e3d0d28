"""Every address that search engines may list, with when it changed and its image: an index, and a page for each range
of ids (https://www.sitemaps.org/protocol.html)."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from flask import Response, abort, render_template

from cms.core.db import MAX_ID
from cms.extensions import db
from cms.media.paths import path_of
from cms.posts import indexed
from cms.posts.indexed import RANGE, Text
from cms.posts.slugs import path_of_series, path_of_tag
from cms.site.frame import frame
from cms.site.keeping import is_hidden
from cms.web import now, settings

INDEX_PATH = "/sitemap.xml"


@dataclass(frozen=True)
class Listed:
    """A line of a sitemap: whole addresses."""

    address: str
    changed: datetime | None = None
    image: str | None = None


def index() -> Response:
    """The pages that there are, the first with the front page of the site, which changes with anything; none of a site
    that hides."""
    if is_hidden():
        return _xml("site/sitemap_index.xml", [])
    changes = indexed.ranges(db.session(), now())
    changes[1] = max(filter(None, changes.values()), default=None)
    pages = [Listed(_address(f"/sitemap-{number}.xml"), changes[number]) for number in sorted(changes)]
    return _xml("site/sitemap_index.xml", pages)


def page(number: int) -> Response:
    """What lives in one range; a number that no range can have is no page."""
    if is_hidden() or not 1 <= number <= MAX_ID // RANGE:
        abort(404)
    session, at = db.session(), now()
    listed = [] if number > 1 or settings().home_page_id else [Listed(_address("/"), indexed.newest(session, at))]
    listed += [_text(text) for text in indexed.texts(session, number, at) if _is_its_own(text)]
    listed += [Listed(_address(path_of_tag(tag.name)), tag.changed) for tag in indexed.tags(session, number, at)]
    listed += [Listed(_address(path_of_series(one.name)), one.changed) for one in indexed.series(session, number, at)]
    listed += [Listed(_address(f"/authors/{who.name}"), who.changed) for who in indexed.authors(session, number, at)]
    if not listed and number > 1 and number not in indexed.ranges(session, at):
        abort(404)
    return _xml("site/sitemap.xml", listed)


def _text(text: Text) -> Listed:
    """The page that is chosen for the front has its address there."""
    path = "/" if text.post_id == settings().home_page_id else text.path
    image = frame().absolute(quote(path_of(text.image))) if text.image is not None else None
    return Listed(_address(path), text.changed, image)


def _is_its_own(text: Text) -> bool:
    """Not a copy of what stands at another address."""
    return text.canonical_url in ("", frame().absolute(text.path))


def _address(path: str) -> str:
    return frame().absolute(quote(path))


def _xml(template: str, listed: list[Listed]) -> Response:
    text = render_template(template, listed=listed)
    return Response(text, content_type="application/xml; charset=utf-8")
