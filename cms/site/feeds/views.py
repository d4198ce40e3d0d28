"""Where each feed is found."""

from urllib.parse import urlsplit

from flask import Response, abort, redirect
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response as BaseResponse

from cms.comments import threads
from cms.core.planning import plan_once
from cms.extensions import db
from cms.posts import public
from cms.posts.public import Listing
from cms.posts.slugs import path_of_tag
from cms.site.elsewhere import elsewhere
from cms.site.feeds.channel import Channel
from cms.site.feeds.formats import FORMATS
from cms.site.feeds.gathering import of_comments, of_posts
from cms.web import now, settings

ENTRIES = 20


def of_site(format: str) -> Response:
    """The newest posts."""
    plan_once(db.session())
    return _answer(of_posts(_newest(), name="feed", page="/"), format)


def of_tag(slug: str, format: str) -> BaseResponse:
    """The newest posts with a tag or with one below it, as on its page."""
    family = public.family_of(db.session(), slug, now())
    if family is None:
        return _moved(path_of_tag(slug), f"/feed.{format}")
    tag = family.tag
    listing = _newest(public.tagged(db.session(), family))
    page = path_of_tag(tag.slug)
    return _answer(
        of_posts(listing, name=f"tag/{tag.id}/feed", page=page, title=tag.name, about=tag.description), format
    )


def of_author(username: str, format: str) -> BaseResponse:
    """Somebody's newest posts; who has none has no feed, as they have no page."""
    person = public.author_named(db.session(), username)
    if person is None:
        return _moved(f"/authors/{username}", f"/feed.{format}")
    listing = _newest(public.by_author(person))
    if not listing.editions:
        abort(404)
    page = f"/authors/{person.username}"
    return _answer(
        of_posts(listing, name=f"author/{person.id}/feed", page=page, title=person.name, about=person.bio), format
    )


def of_talk(slug: str, format: str) -> BaseResponse:
    """The newest comments on a post."""
    edition = public.at_path(db.session(), f"/posts/{slug}", now())
    if edition is None:
        return _moved(f"/posts/{slug}", f"/comments.{format}")
    return _answer(of_comments(edition, threads.newest(db.session(), edition.post_id, most=ENTRIES)), format)


def _newest(among: ColumnElement[bool] | None = None) -> Listing:
    return public.newest(db.session(), now(), most=ENTRIES, among=among, with_text=settings().feed_full_text)


def _answer(channel: Channel, format: str) -> Response:
    mimetype, write = FORMATS[format]
    return Response(write(channel), content_type=f"{mimetype}; charset=utf-8")


def _moved(page: str, ending: str) -> BaseResponse:
    """Whoever follows a page that moved is led to its feed; no page, no feed."""
    answer = elsewhere(page)
    there = urlsplit(answer.headers["Location"])
    if there.netloc:
        return answer
    return redirect(f"{there.path.rstrip('/')}{ending}", answer.status_code)
