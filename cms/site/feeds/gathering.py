"""Posts and comments as entries of a feed: whole addresses, ids for ever, and no character that XML does not allow."""

import re
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from cms.comments.models import Comment
from cms.core.i18n import _
from cms.core.text import excerpt, printable
from cms.posts import shown
from cms.posts.public import Listing
from cms.site.feeds.channel import Byline, Channel, Entry
from cms.site.frame import frame
from cms.web import runtime, settings
from cms.web.dates import date_words

#: Addresses in stored HTML, whose attributes are always in double quotes.
_LOCAL_ADDRESS = re.compile(r'(?<= )(href|src|poster)="(/(?!/)|#)')
#: What stands for a comment in a feed of summaries.
SHORT = 200


def of_posts(listing: Listing, *, name: str, page: str, title: str = "", about: str = "") -> Channel:
    """`page` is the path of the list, `name` what its id says for ever; without a title it is the site's."""
    site = settings()
    return Channel(
        id=tag_uri(name),
        title=printable(f"{title} · {site.title}" if title else site.title),
        about=printable(about or site.tagline),
        page=frame().absolute(quote(page)),
        address=frame().absolute(f"{quote(page.rstrip('/'))}/feed"),
        entries=[_of_post(edition) for edition in listing.editions],
    )


def of_comments(edition: shown.Story, comments: Sequence[Comment]) -> Channel:
    """What was said under a post, newest first."""
    page = frame().absolute(edition.path)
    return Channel(
        id=tag_uri(f"post/{edition.post_id}/comments"),
        title=printable(_("Comments on “%(title)s”", title=edition.title)),
        about=printable(edition.excerpt),
        page=page,
        address=f"{page}/comments",
        entries=[_of_comment(comment, page) for comment in comments],
    )


def absolute_html(html: str, page: str) -> str:
    """Stored HTML with whole addresses: a feed reader does not know where a text came from."""
    base = runtime().config.base_url

    def whole(match: re.Match[str]) -> str:
        return f'{match[1]}="{page}#' if match[2] == "#" else f'{match[1]}="{base}/'

    return _LOCAL_ADDRESS.sub(whole, html)


def tag_uri(name: str) -> str:
    """RFC 4151; the year is that of the first feed and never changes."""
    host = urlsplit(runtime().config.base_url).hostname
    return f"tag:{host},2026:{name}"


def _of_post(edition: shown.Entry) -> Entry:
    page = frame().absolute(edition.path)
    author = edition.author
    return Entry(
        id=tag_uri(f"post/{edition.post_id}"),
        title=printable(edition.title),
        address=page,
        byline=Byline(printable(author.name), frame().absolute(f"/authors/{quote(author.username)}")),
        published=edition.published_at,
        updated=edition.updated_at,
        day=date_words(edition.published_at, "long"),
        summary=printable(edition.excerpt),
        html=printable(absolute_html(edition.body_html, page)) if isinstance(edition, shown.Story) else None,
        language=edition.language,
        tags=[printable(tag.name) for tag in edition.tags],
        image=edition.shown_media,
    )


def _of_comment(comment: Comment, page: str) -> Entry:
    name = printable(comment.author_name).strip() or _("Anonymous")
    return Entry(
        id=tag_uri(f"comment/{comment.id}"),
        title=_("Comment by %(name)s", name=name),
        address=f"{page}#comment-{comment.id}",
        byline=Byline(name),
        published=comment.created_at,
        updated=comment.edited_at or comment.created_at,
        day=date_words(comment.created_at, "long"),
        summary=printable(excerpt(comment.body, SHORT)),
        html=printable(absolute_html(comment.body_html, page)) if settings().feed_full_text else None,
    )
