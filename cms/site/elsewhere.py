"""An address where nothing lives: it may be written oddly, have moved, be gone, or never have been."""

import re
from urllib.parse import quote

from flask import abort, current_app, redirect, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response

from cms.core.i18n import _
from cms.extensions import db
from cms.posts import public
from cms.posts.destinations import ends_of_paths
from cms.redirects import queries as redirects
from cms.redirects.models import Redirect, RedirectStatus
from cms.redirects.paths import normal
from cms.web import now

#: Endpoints whose own view says whether there is anything, once the address is written as it should be.
LISTS = frozenset(
    {"site.tag", "site.series", "site.author", "site.archive", "site.posts"}
    | {"site.feed", "site.tag_feed", "site.author_feed", "site.talk_feed", "site.sitemap"}
)
_NAMED_LIST = re.compile(r"/(?:tags|series)/[^/]+")
#: What people type by hand, perhaps with a slash or a capital.
DOORS = frozenset({"security.login", "joining.register", "resetting.forgot", "profile.show"})


def elsewhere(path: str) -> Response:
    """Where a reader should go instead; 410 where it is gone, 405 where only forms go, else 404."""
    tidy = normal(path)
    if tidy != path and _lives(tidy):
        return redirect(_with_query(tidy), 301)
    found = redirects.at_path(db.session(), path)
    if found is not None:
        return _follow(found, path)
    if _takes_forms(path):
        raise MethodNotAllowed(["POST"])
    abort(404)


def _lives(path: str) -> bool:
    if public.at_path(db.session(), path, now()) is not None:
        return True
    try:
        endpoint, _arguments = current_app.url_map.bind("localhost").match(path, method="GET")
    except HTTPException:
        return False
    return endpoint in LISTS | DOORS


def _takes_forms(path: str) -> bool:
    """Whether forms go here: werkzeug would say so, were there no page at every address."""
    try:
        current_app.url_map.bind("localhost").match(path, method="POST")
    except HTTPException:
        return False
    return True


def _follow(found: Redirect, path: str) -> Response:
    if found.status == RedirectStatus.GONE:
        abort(410, _("What was at this address has been removed for good."))
    if found.post_id is None:
        if _is_unknown_list(found):
            abort(404)
        return redirect(found.to_path or "/", found.status)
    target = public.path_of_post(db.session(), found.post_id, now())
    if target is not None and target != path:
        return redirect(_with_query(target), found.status)
    if target is None and public.is_gone(db.session(), found.post_id):
        abort(410, _("What was at this address has been removed for good."))
    abort(404)


def _is_unknown_list(found: Redirect) -> bool:
    """Whether it leads to a tag or series of what nobody published, whose address tells its name."""
    path = found.leads_to or ""
    if not _NAMED_LIST.fullmatch(path) or not found.is_dead(now()):
        return False
    return path not in ends_of_paths(db.session(), [path], now())  # what goes live by itself is noted later


def _with_query(path: str) -> str:
    """Quoted, since a path may hold anything once it is decoded, a line break among it."""
    query = request.query_string.decode("ascii", "ignore")
    return f"{quote(path)}?{query}" if query else quote(path)
