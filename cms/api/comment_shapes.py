"""How comments look: as readers see them, and with what moderators know."""

from typing import Any

from marshmallow import Schema, fields

from cms.api.shapes import ChooseView, Paging, PersonShape, id_field, moment, told
from cms.comments.lifecycle import COMMENT_LIFE, CommentStatus
from cms.comments.models import Comment


class MemberShape(Schema):
    """Whoever has an account: by the name that stands beside what they say. Of their account readers know no more."""

    id = fields.Integer()
    name = fields.String()


class CommentShape(Schema):
    id = fields.Integer()
    post_id = fields.Integer()
    parent_id = fields.Integer(allow_none=True)
    name = fields.String(attribute="author_name")
    author = fields.Nested(MemberShape, allow_none=True, **told("The member who wrote it; nobody for a guest."))
    body_html = fields.String()
    created_at = fields.DateTime()
    edited_at = fields.DateTime(allow_none=True)


class Receipt(CommentShape):
    """For whoever wrote it: whether readers see it yet, and not why."""

    status = fields.Enum(CommentStatus, by_value=True)


class DeskComment(CommentShape):
    """For whoever moderates it."""

    author = fields.Nested(PersonShape, allow_none=True)
    body = fields.String(**told("Markdown."))
    status = fields.Enum(CommentStatus, by_value=True)
    held_because = fields.List(fields.String())
    guest_email = fields.String()
    moderated_at = fields.DateTime(allow_none=True)
    moves = fields.Function(lambda comment: moves_of(comment), **told("What may be done next."))


class CommentsQuery(ChooseView, Paging):
    post_id = id_field(strict=False)
    status = fields.Enum(CommentStatus, by_value=True, **told("Of the desk."))
    since = moment(**told("Said from then on."))
    until = moment(**told("Said before then."))


class NewComment(Schema):
    post_id = id_field(required=True)
    body = fields.String(required=True, **told("Markdown, of which little is kept."))
    parent_id = id_field(allow_none=True, **told("The comment that this answers."))


class CommentChanges(Schema):
    body = fields.String(required=True, **told("Markdown, of which little is kept."))


def moves_of(comment: Comment) -> list[Any]:
    """Whoever sees a comment on the desk may move it."""
    return [move.value for move in COMMENT_LIFE.moves_from(comment.status)]
