"""What visitors see: the same bytes for everybody, so that a page can be kept whole and sent with a digest."""

from flask import Blueprint, Flask

from cms.core.text import initials
from cms.site import comments, feeds, frame, health, here, icon, keeping, lists, media, reads, stories
from cms.site.kept import layer
from cms.web import pictures
from cms.web.gate import PUBLIC, declare
from cms.web.origins import LOOKED_AT

#: Every public address on one screen: rule, endpoint, view.
PAGES = (
    ("/", "home", lists.home),
    ("/posts", "posts", lists.posts),
    ("/tags/<slug>", "tag", lists.tag),
    ("/authors/<username>", "author", lists.author),
    ("/archive/<int:year>/<month>", "archive", lists.archive),
    ("/posts/<slug>", "post", stories.post),
    ("/<path:path>", "page", stories.page),
    ("/feed.atom", "feed", feeds.atom),
    ("/robots.txt", "robots", feeds.robots),
    ("/favicon.ico", "icon", icon.icon),
)
#: These follow the person or the moment, and are never kept.
MOMENTARY = (
    ("/posts/<slug>/comments/received", "comment_receipt", comments.receipt),
    ("/here", "here", here.bar),
    ("/healthz", "health", health.alive),
    ("/readyz", "readiness", health.ready),
)
#: Endpoints whose answers are the same for everybody.
KEPT = frozenset(f"site.{endpoint}" for _rule, endpoint, _view in PAGES)


def init_app(app: Flask) -> None:
    """Bind this edge to an application."""
    site = Blueprint("site", __name__, template_folder="templates")
    for rule, endpoint, view in (*PAGES, *MOMENTARY):
        site.add_url_rule(rule, endpoint, view)
    site.add_url_rule("/posts/<slug>/comments", "comment_form", comments.form, methods=["GET", "POST"])
    site.after_request(keeping.of(KEPT))
    app.register_blueprint(site)
    LOOKED_AT.add("site.comment_form")
    media.init_app(app)
    reads.init_app(app)
    layer.init_app(app, KEPT)
    for endpoint in ("comment_form", *(endpoint for _rule, endpoint, _view in (*PAGES, *MOMENTARY))):
        declare(app, f"site.{endpoint}", PUBLIC)
    app.jinja_env.globals.update(
        site_frame=frame.frame,
        media_path=pictures.path_of,
        picture_of=pictures.picture,
        media_square=pictures.square,
        media_sources=pictures.sources,
        pictured=pictures.pictured,
        site_direction=frame.direction_of,
        initials=initials,
        reading_minutes=stories.reading_minutes,
    )
