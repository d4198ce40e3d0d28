"""/api/v1/comments"""

from typing import Any

from flask import Response, request, url_for
from sqlalchemy import Select, exists, select

from cms.api import answers, conditions
from cms.api.blueprint import ApiBlueprint
from cms.api.comment_shapes import CommentChanges, CommentShape, CommentsQuery, DeskComment, NewComment, Receipt
from cms.api.cursors import Order, page
from cms.api.shapes import ChooseView, either, list_of
from cms.api.viewing import desk_viewer, is_desk, refuse_of_desk
from cms.comments import actions, fields, limits, queries
from cms.comments.arrival import Arrival
from cms.comments.lifecycle import APPROVED, CommentMove
from cms.comments.models import Comment
from cms.comments.senders import Sender
from cms.comments.threads import with_author
from cms.core.errors import NotFound, marked
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.extensions import db
from cms.posts import public
from cms.posts.models import Edition
from cms.posts.queries import is_live
from cms.tokens.scopes import COMMENT
from cms.web import now, runtime, settings, signed_in
from cms.web.gate import PUBLIC, Needs
from cms.web.limits import is_exempt

blueprint = ApiBlueprint("comments", "What is said about posts. Readers see what was approved, under live posts.")

MODERATE = Needs(any_of=(Permission.COMMENT_MODERATE,))
COMMENTING = Needs(signed_in=True, scope=COMMENT)
SAID_LAST = Order(Comment.created_at, Comment.id, is_descending=True)
SHAPE = either(CommentShape, DeskComment, name="Comment")
MOVE = f"/<int:id>/moves/<any({','.join(CommentMove)}):move>"


@blueprint.act("GET", "", needs=PUBLIC, query=CommentsQuery, gives=list_of(SHAPE))
def index(query: dict[str, Any]) -> Response:
    """List, what was said last first."""
    refuse_of_desk(query, "status")
    wanted, shape = _wanted(query)
    if "post_id" in query:
        wanted = wanted.where(Comment.post_id == query["post_id"])
    if "status" in query:
        wanted = wanted.where(Comment.status == query["status"])
    if "since" in query:
        wanted = wanted.where(Comment.created_at >= query["since"])
    if "until" in query:
        wanted = wanted.where(Comment.created_at < query["until"])
    return answers.many(page(wanted, SAID_LAST, query), shape, query)


@blueprint.act("GET", "/<int:id>", needs=PUBLIC, query=ChooseView, gives=SHAPE)
def show(id: int, query: dict[str, Any]) -> Response:
    """One comment."""
    wanted, shape = _wanted(query)
    comment = db.session.scalar(wanted.where(Comment.id == id))
    if comment is None:
        raise NotFound(_("There is no such comment, or you may not see it."))
    return answers.one(comment, shape, query, version=_version(comment))


@blueprint.act("POST", "", needs=COMMENTING, body=NewComment, gives=SHAPE, status=201)
def create(body: dict[str, Any]) -> Response:
    """Comment as the owner of the token; it waits for a moderator where the form would make it wait."""
    draft = fields.checked(body=body["body"], is_member=True)
    edition = public.page_of_post(db.session(), body["post_id"], now())
    if edition is None:
        raise marked({"post_id": _("There is no such post.")})
    sender = Sender(request.remote_addr or "", runtime().config.secret_key, request.user_agent.string)
    if not is_exempt():
        limits.count(db.session(), sender.digest, at=now())
    arrival = Arrival(edition, draft, sender, settings(), parent_id=body.get("parent_id"))
    comment = actions.submit(db.session(), arrival, by=signed_in(), at=now())
    path = url_for("api_comments.show", id=comment.id)
    shown = db.session.scalars(select(Comment).where(Comment.id == comment.id).options(with_author())).one()
    return answers.made(shown, Receipt, path, version=_version(shown))


@blueprint.act("PATCH", "/<int:id>", needs=MODERATE, body=CommentChanges, gives=SHAPE, versioned=True)
def change(id: int, body: dict[str, Any]) -> Response:
    """Correct what was said."""
    comment = queries.get(db.session(), id, viewer=signed_in(), for_update=True)
    conditions.require_seen(_version(comment), lambda: DeskComment().dump(comment))
    actions.edit(db.session(), comment, body["body"], base=comment.edited_at, by=signed_in(), at=now())
    db.session.flush()
    return answers.one(comment, DeskComment, version=_version(comment))


@blueprint.act("POST", MOVE, needs=MODERATE, gives=SHAPE, versioned=True)
def move(id: int, move: str) -> Response:
    """Approve, hold, mark as spam, trash, restore."""
    comment = queries.get(db.session(), id, viewer=signed_in(), for_update=True)
    conditions.require_seen(_version(comment), lambda: DeskComment().dump(comment), optional=True)
    actions.move_comment(db.session(), comment, CommentMove(move), by=signed_in(), at=now())
    db.session.flush()
    return answers.one(comment, DeskComment, version=_version(comment))


def _wanted(query: dict[str, Any]) -> tuple[Select[Comment], type[CommentShape]]:
    if is_desk(query):
        viewer = desk_viewer(Permission.COMMENT_MODERATE)
        return queries.visible_to(viewer).options(*queries.loaded()), DeskComment
    live = exists().where(Edition.post_id == Comment.post_id, is_live(now()))
    return select(Comment).where(Comment.status == APPROVED, live).options(with_author()), CommentShape


def _version(comment: Comment) -> str:
    """Of whichever of the two changes it had last."""
    moments = [moment for moment in (comment.edited_at, comment.moderated_at) if moment is not None]
    return conditions.version_of(max(moments, default=comment.created_at))
