"""What visitors see: the same bytes for everybody, so that a page can be kept whole and sent with a digest."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask

from cms.core.text import initials
from cms.site import (
    comments,
    embedding,
    frame,
    heads,
    health,
    here,
    icon,
    keeping,
    lists,
    lost,
    media,
    metrics,
    pieces,
    prose,
    reads,
    robots,
    search,
    sheets,
    sitemap,
    stories,
    subscribing,
)
from cms.site.feeds import opening
from cms.site.feeds import views as feeds
from cms.site.feeds.formats import FORMATS
from cms.site.kept import layer
from cms.web import pictures
from cms.web.gate import PUBLIC, declare
from cms.web.origins import LOOKED_AT
from cms.web.requests import READ_APART

#: The formats of a feed, by the ending of its address.
FORMAT = f"<any({','.join(FORMATS)}):format>"
#: Every public address on one screen: rule, endpoint, view, and the parameters that make another page of it.
PAGES: tuple[tuple[str, str, Callable[..., Any], tuple[str, ...]], ...] = (
    ("/", "home", lists.home, ("before", "comments")),
    ("/posts", "posts", lists.posts, ("before",)),
    ("/tags/<slug>", "tag", lists.tag, ("before",)),
    ("/series/<slug>", "series", lists.series, ("after",)),
    ("/authors/<username>", "author", lists.author, ("before",)),
    ("/archive/<int:year>/<month>", "archive", lists.archive, ("before",)),
    ("/posts/<slug>", "post", stories.post, ("comments",)),
    ("/<path:path>", "page", stories.page, ("comments",)),
    (f"/feed.{FORMAT}", "feed", feeds.of_site, ()),
    (f"/tags/<slug>/feed.{FORMAT}", "tag_feed", feeds.of_tag, ()),
    (f"/authors/<username>/feed.{FORMAT}", "author_feed", feeds.of_author, ()),
    (f"/posts/<slug>/comments.{FORMAT}", "talk_feed", feeds.of_talk, ()),
    ("/sitemap.xml", "sitemap", sitemap.index, ()),
    ("/sitemap-<int:number>.xml", "sitemap_page", sitemap.page, ()),
    ("/robots.txt", "robots", robots.robots, ()),
    ("/favicon.ico", "icon", icon.icon, ()),
)
#: These follow the person or the moment, and are never kept.
MOMENTARY: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("/posts/<slug>/comments/received", "comment_receipt", comments.receipt),
    ("/search", "search", search.results),
    ("/search/suggest", "search_suggestions", search.suggestions),
    ("/here", "here", here.bar),
    ("/oembed", "oembed", embedding.embed),
    ("/subscribe/sent", "subscribe_sent", subscribing.sent),
    ("/healthz", "health", health.alive),
    ("/readyz", "readiness", health.ready),
    ("/metrics", "metrics", metrics.metrics),
)
#: These take what somebody sends as well.
FORMS: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("/posts/<slug>/comments", "comment_form", comments.form),
    ("/subscribe", "subscribe", subscribing.form),
    ("/subscribe/confirm/<sealed>", "subscribe_confirm", subscribing.confirm),
    ("/unsubscribe/<key>", "unsubscribe", subscribing.unsubscribe),
)
#: By endpoint, for what may be kept: answers that are the same for everybody.
KEPT = {f"site.{endpoint}": parameters for _rule, endpoint, _view, parameters in PAGES}


def init_app(app: Flask) -> None:
    """Bind this edge to an application."""
    site = Blueprint("site", __name__)
    for rule, endpoint, view, _parameters in PAGES:
        site.add_url_rule(rule, endpoint, view)
    for rule, endpoint, view in MOMENTARY:
        site.add_url_rule(rule, endpoint, view)
    for rule, endpoint, view in FORMS:
        site.add_url_rule(rule, endpoint, view, methods=["GET", "POST"])
    site.after_request(keeping.of(KEPT.keys()))
    app.register_blueprint(site)
    LOOKED_AT.add("site.comment_form")
    READ_APART.update(KEPT)
    health.init_app(app)
    media.init_app(app)
    sheets.init_app(app)
    reads.init_app(app)
    layer.init_app(app, KEPT)
    opening.init_app(app)
    pieces.init_app(app)
    for endpoint in (*KEPT, *(f"site.{endpoint}" for _rule, endpoint, _view in (*MOMENTARY, *FORMS))):
        declare(app, endpoint, PUBLIC)
    app.jinja_env.globals.update(
        site_frame=frame.frame,
        oembed_address=embedding.address,
        media_path=pictures.path_of,
        picture_of=pictures.picture,
        media_square=pictures.square,
        media_sources=pictures.sources,
        named=prose.named,
        pictured=pictures.pictured,
        site_direction=frame.direction_of,
        open_graph_locale=heads.locale_of,
        site_lost=lost.lost,
        initials=initials,
        reading_minutes=stories.reading_minutes,
    )
