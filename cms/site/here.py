"""What a signed-in person sees more of a public page: a fragment for script, since kept pages serve everybody."""

from flask import make_response, request
from werkzeug.wrappers import Response

from cms.accounts.models import User
from cms.core.permissions import Permission
from cms.extensions import db
from cms.posts import public, queries
from cms.posts.models import PostKind
from cms.posts.policy import PostPolicy
from cms.posts.slugs import MAX_PATH
from cms.web import now, visitor
from cms.web.areas import desk_path
from cms.web.themes import render


def bar() -> Response:
    """204 for visitors; `path` is the page that the person looks at, and leads to its editor if they may edit it."""
    person = visitor()
    if person is None:
        return make_response("", 204)
    path = request.args.get("path", "")[:MAX_PATH]
    edit = None if person.needs_second_factor else _editor_of(path, person)
    return make_response(render("site/_here.html", person=person, edit=edit))


def _editor_of(path: str, person: User) -> str | None:
    edition = public.at_path(db.session(), path, now())
    post = queries.by_id(db.session(), edition.post_id) if edition is not None else None
    if post is None or post.is_trashed or not PostPolicy(person).may(Permission.POST_EDIT, post):
        return None
    area = "pages" if post.kind is PostKind.PAGE else "posts"
    return desk_path(f"{area}/edit/?id={post.id}")
