"""Lists of posts, newest first: the front page, a tag, an author, a month; a series in an order of its own."""

from datetime import datetime
from typing import Any

from flask import Response, abort, make_response, redirect, request, url_for
from flask_babel import format_date
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response as BaseResponse

from cms.core.calendar import FIRST_YEAR, LAST_YEAR, month_of
from cms.core.i18n import _
from cms.core.planning import plan_once
from cms.extensions import db
from cms.posts import parts, public
from cms.posts.parts import Place
from cms.posts.public import Cursor, Listing
from cms.posts.slugs import path_of_tag
from cms.site import heads, stories
from cms.site.elsewhere import elsewhere
from cms.web import now, settings
from cms.web.languages import zone
from cms.web.pictures import find, picture
from cms.web.themes import render


def home() -> BaseResponse:
    """The newest posts, or the page that the owner chose."""
    page_id = settings().home_page_id
    if "before" in request.args:
        return posts()
    chosen = public.whole_of(db.session(), page_id, now(), stories.said_first()) if page_id else None
    if chosen is not None:
        return stories.show(*chosen)
    site = settings()
    plan_once(db.session())
    return _answer(
        "site/home.html",
        _listing(most=site.home_posts),
        heading=site.title,
        layout=site.home_layout,
        with_excerpts=site.home_excerpts,
        with_pictures=site.home_pictures,
    )


def posts() -> BaseResponse:
    """All posts, whatever the front page shows."""
    plan_once(db.session())
    return _answer("site/newest.html", _listing(), heading=_("All posts"))


def tag(slug: str) -> BaseResponse:
    """The posts with a tag or with one below it, as readers of WordPress expect of a category; none, no page."""
    family = public.family_of(db.session(), slug, now())
    if family is None:
        return elsewhere(request.path)
    return _answer(
        "site/tag.html",
        _listing(public.tagged(db.session(), family)),
        heading=family.tag.name,
        description=family.tag.description,
        family=family,
        linked=[heads.crumbs((tag.name, path_of_tag(tag.slug)) for tag in (family.parent, family.tag) if tag)],
    )


def series(slug: str) -> BaseResponse:
    """The live parts of a series from the first one on; none, no page."""
    found = parts.series_named(db.session(), slug, now())
    if found is None:
        return elsewhere(request.path)
    after = Place.read(request.args["after"]) if "after" in request.args else None
    page = parts.page(db.session(), found, now(), most=settings().posts_per_page, after=after)
    if "after" in request.args and (after is None or not page.parts):
        abort(404, _("There are no further parts."))
    first = request.path
    return make_response(
        render(
            "site/series.html",
            page=page,
            first=first,
            older=f"{first}?after={page.further}" if page.further else None,
            paged=after is not None,
            heading=found.title,
            description=found.description or found.title,
            series=found,
            linked=[heads.crumbs([(found.title, first)])],
        )
    )


def author(username: str) -> BaseResponse:
    """Somebody's posts; who has none has no page, so that it does not tell who has an account."""
    person = public.author_named(db.session(), username)
    if person is None:
        return elsewhere(request.path)
    find(person.avatar_id, settings().logo_id)
    listing = _listing(public.by_author(person))
    if not listing.editions:
        abort(404)
    portrait = picture(person.avatar_id)
    return _answer(
        "site/author.html", listing, heading=person.name, description=person.bio, person=person, portrait=portrait
    )


def archive(year: int, month: str) -> BaseResponse:
    """The posts of one month in the site's own zone."""
    number = int(month) if len(month) <= 2 and month.isascii() and month.isdecimal() else 0
    if not 1 <= number <= 12 or not FIRST_YEAR <= year <= LAST_YEAR:
        return elsewhere(request.path)
    canonical = url_for("site.archive", year=year, month=f"{number:02d}")
    if request.path != canonical:
        return redirect(canonical, 301)
    start, end = month_of(year, number, zone())
    listing = _listing(between=(start, end))
    if not listing.editions:
        return elsewhere(request.path)
    nearby = public.months_around(db.session(), start, end, now())
    return _answer("site/archive.html", listing, heading=format_date(start, "MMMM y"), nearby=nearby)


def _listing(
    among: ColumnElement[bool] | None = None, *, between: tuple[datetime, datetime] | None = None, most: int = 0
) -> Listing:
    """The page that the reader asked for; a cursor that nobody gave out leads nowhere."""
    before = Cursor.read(request.args["before"]) if "before" in request.args else None
    if before is None and "before" in request.args:
        abort(404)
    most = most or settings().posts_per_page
    return public.newest(db.session(), now(), most=most, before=before, among=among, between=between)


def _answer(template: str, listing: Listing, *, heading: str, description: str = "", **shown: Any) -> Response:
    paged = "before" in request.args
    if paged and not listing.editions:
        abort(404, _("There are no older posts."))
    first = request.path
    return make_response(
        render(
            template,
            editions=listing.editions,
            first=first,
            older=f"{first}?before={listing.older}" if listing.older else None,
            paged=paged,
            heading=heading,
            description=description or settings().tagline or heading,
            **shown,
        )
    )
