"""Versions of posts and pages: /api/v1/posts/<id>/revisions, and the same of pages."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields

from cms.accounts.models import User
from cms.api import answers, worked
from cms.api.blueprint import ApiBlueprint
from cms.api.cursors import Order, page
from cms.api.shapes import Choose, Paging, PersonShape, list_of, told
from cms.core.errors import NotFound
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.extensions import db
from cms.posts import actions, queries
from cms.posts.models import Post, PostKind, Revision, RevisionKind
from cms.web import now, signed_in
from cms.web.gate import Needs

NEWEST_FIRST = Order(Revision.number, Revision.id, is_descending=True)


class RevisionShape(Schema):
    number = fields.Integer()
    kind = fields.Enum(RevisionKind, by_value=True)
    name = fields.String()
    note = fields.String()
    author = fields.Nested(PersonShape, allow_none=True)
    base_number = fields.Integer(allow_none=True, **told("The version that its writer had before them."))
    taken = fields.Boolean(**told("False for a text that lost a conflict."))
    created_at = fields.DateTime()


class WholeRevision(RevisionShape):
    snapshot = fields.Dict(**told("Every field as it was then."))


class RevisionsQuery(Choose, Paging):
    pass


class Revisions:
    """The endpoints of one kind of text; whoever sees the working text sees how it came about."""

    def __init__(self, kind: PostKind, blueprint: ApiBlueprint, sees: tuple[Permission, ...]) -> None:
        self.kind = kind
        needs, act = Needs(any_of=sees), blueprint.act
        one = "/<int:id>/revisions/<int:number>"
        act("GET", "/<int:id>/revisions", needs=needs, query=RevisionsQuery, gives=list_of(RevisionShape))(
            self.revisions
        )
        act("GET", one, needs=needs, query=Choose, gives=WholeRevision)(self.revision)
        act("POST", f"{one}/restore", needs=needs, gives=WholeRevision, status=201, versioned=True)(self.restore)

    def revisions(self, id: int, query: dict[str, Any]) -> Response:
        """Every version, the newest first."""
        wanted = queries.revisions(self._post(id)).order_by(None)
        return answers.many(page(wanted, NEWEST_FIRST, query), RevisionShape, query)

    def revision(self, id: int, number: int, query: dict[str, Any]) -> Response:
        """One version with its text."""
        return answers.one(self._revision(self._post(id), number), WholeRevision, query)

    def restore(self, id: int, number: int) -> Response:
        """Make an older version the working text again: a save like any other, so that nothing newer is lost."""
        post = self._post(id, for_update=True)
        worked.require_seen(post, optional=True)
        revision = self._revision(post, number)
        restored = actions.bring_back(db.session(), post, revision, by=signed_in(), at=now())
        db.session.flush()
        answer = answers.one(self._revision(post, restored.number), WholeRevision)
        answer.status_code = 201
        return answer

    def _post(self, id: int, *, for_update: bool = False) -> Post:
        viewer: User = signed_in()
        post = queries.get(db.session(), id, viewer=viewer, for_update=for_update)
        if post.kind is not self.kind:
            raise NotFound(_("There is nothing at this address."))
        return post

    def _revision(self, post: Post, number: int) -> Revision:
        found = queries.revision(db.session(), post, number)
        if found is None:
            raise NotFound(_("There is no such version."))
        return found
