"""What programs read: the newest posts as Atom, and what search engines should leave alone."""

import re
from urllib.parse import urlsplit

from feedgenerator import Atom1Feed
from flask import Response

from cms.core.text import printable
from cms.extensions import db
from cms.posts import public
from cms.posts.models import Edition
from cms.site.frame import FEED_PATH, frame
from cms.site.keeping import is_hidden
from cms.web import now, runtime, settings
from cms.web.areas import PRIVATE
from cms.web.languages import language

ENTRIES = 20
#: Addresses in stored HTML, whose attributes are always in double quotes.
_LOCAL_ADDRESS = re.compile(r'(?<= )(href|src|poster)="(/(?!/)|#)')


def atom() -> Response:
    """The newest posts; each keeps its id for ever, whatever becomes of its title and its address."""
    site = settings()
    editions = public.newest(db.session(), now(), most=ENTRIES, with_text=site.feed_full_text).editions
    absolute = frame().absolute
    feed = Atom1Feed(
        title=printable(site.title),
        link=absolute("/"),
        description=printable(site.tagline),
        language=language(),
        feed_url=absolute(FEED_PATH),
        feed_guid=_tag_uri("feed"),
    )
    for edition in editions:
        _add(feed, edition, full_text=site.feed_full_text)
    return Response(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def robots() -> Response:
    """A site that is hidden asks for nothing to be read."""
    ours = [f"/{area}{end}" for area in sorted(PRIVATE) for end in ("$", "/")]
    closed = ["/"] if is_hidden() else [*ours, "/posts/*/comments"]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def absolute_html(html: str, page: str) -> str:
    """Stored HTML with whole addresses: a feed reader does not know where a text came from."""
    base = runtime().config.base_url

    def whole(match: re.Match[str]) -> str:
        return f'{match[1]}="{page}#' if match[2] == "#" else f'{match[1]}="{base}/'

    return _LOCAL_ADDRESS.sub(whole, html)


def _add(feed: Atom1Feed, edition: Edition, *, full_text: bool) -> None:
    page = frame().absolute(edition.path)
    feed.add_item(
        title=printable(edition.title),
        link=page,
        description=None if full_text else printable(edition.excerpt),
        content=printable(absolute_html(edition.body_html, page)) if full_text else None,
        author_name=printable(edition.author.name),
        author_link=frame().absolute(f"/authors/{edition.author.username}"),
        pubdate=edition.published_at,
        updateddate=edition.updated_at,
        unique_id=_tag_uri(f"post/{edition.post_id}"),
        categories=[printable(tag.name) for tag in edition.tags],
    )


def _tag_uri(name: str) -> str:
    host = urlsplit(runtime().config.base_url).hostname
    return f"tag:{host},2026:{name}"
