"""One post or page, with everything that stands around its text."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import make_response, request
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response

from cms.comments import threads
from cms.comments.arrival import is_open
from cms.core.db import row_id
from cms.core.i18n import _
from cms.core.planning import plan_once
from cms.core.text import reading_minutes
from cms.extensions import db
from cms.media.paths import ids_in
from cms.posts import public
from cms.posts.around import around
from cms.posts.models import PostKind
from cms.posts.shown import Story
from cms.site import heads
from cms.site.elsewhere import elsewhere
from cms.site.reads import read
from cms.web import now, settings
from cms.web.areas import desk_path
from cms.web.pictures import find, picture
from cms.web.themes import render

__all__ = ["page", "post", "reading_minutes", "said_first", "show"]

#: Deeper headings would make the list of contents longer than the thing it lists.
LISTED_LEVELS = (2, 3)


@dataclass(frozen=True)
class Heading:
    """An entry in the list of contents."""

    level: int
    id: str
    text: str


def post(slug: str) -> Response:
    """A post at its address; drafts, scheduled and trashed ones do not exist here."""
    return _at(request.path)


def page(path: str) -> Response:
    """A page at its address, however deep; what no other address takes ends here, too."""
    return _at(request.path)


def show(edition: Story, begun: Iterable[Any] | None) -> Response:
    """The page of an edition, under which this was said first; the one chosen for the front has its address there."""
    read(edition.post_id)
    is_post = edition.kind is PostKind.POST
    depth = settings().comments_depth
    talk = threads.talk(db.session(), edition.post_id, begun, depth=depth, after=_after())
    faces = (person.avatar_id for person in talk.people())
    find(edition.author.avatar_id, settings().logo_id, *ids_in(edition.body_html), *faces)
    beside = around(db.session(), edition, now()) if is_post else None
    above = [] if is_post else public.above(db.session(), edition.path, now())
    path = "/" if edition.post_id == settings().home_page_id else edition.path
    in_series = beside.in_series if beside is not None else None
    linked = [heads.article(edition, path, comments=talk.count, in_series=in_series)]
    if path != "/":
        way = [(_("All posts"), "/posts")] if is_post else above
        linked.append(heads.crumbs([*way, (edition.title, path)]))
    return make_response(
        render(
            "site/post.html" if is_post else "site/page.html",
            edition=edition,
            path=path,
            linked=linked,
            above=above,
            contents=contents(edition),
            portrait=picture(edition.author.avatar_id),
            talk=talk,
            takes_comments=is_open(edition, settings(), at=now()),
            around=beside,
            manage=desk_path(f"{'posts' if is_post else 'pages'}/edit/?id={edition.post_id}"),
        )
    )


def contents(edition: Story) -> list[Heading]:
    """What the list of contents names: nothing where the author does not want one, or one heading says it all."""
    if not edition.show_contents:
        return []
    headings = [Heading(level, id, text) for level, id, text in edition.headings if level in LISTED_LEVELS]
    return headings if len(headings) > 1 else []


def said_first() -> ColumnElement[Any]:
    """What `show` is to be told of the conversation, for the statement that finds the text."""
    return threads.beginning() if _after() is None else public.NOTHING


def _at(path: str) -> Response:
    plan_once(db.session())
    found = public.whole_at(db.session(), path, now(), said_first())
    return show(*found) if found is not None else elsewhere(path)


def _after() -> int | None:
    """Where this page of the conversation begins; anything but a number is the first page."""
    return row_id(request.args.get("comments", ""))
