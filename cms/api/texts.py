"""Posts and pages: the same acts on both, each kind at addresses of its own."""

from typing import Any

from flask import Response, url_for
from marshmallow import Schema
from sqlalchemy.orm import defer, joinedload, selectinload

from cms.accounts.models import User
from cms.api import answers, conditions, text_filters, worked
from cms.api.blueprint import ApiBlueprint
from cms.api.cursors import Order, Page, page
from cms.api.parsing import json_sent
from cms.api.shapes import ChooseView, either, list_of
from cms.api.text_shapes import LONG, DeskText, MoveBody, TextShape, TextsQuery, Worked
from cms.api.viewing import desk_viewer, is_desk
from cms.core.errors import Invalid, NotFound
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.extensions import db
from cms.posts import actions, public, queries
from cms.posts.lifecycle import PostMove
from cms.posts.models import Edition, Post, PostKind
from cms.posts.policy import SEEING, PostPolicy
from cms.posts.standing import standings
from cms.web import now, signed_in
from cms.web.gate import PUBLIC, Needs

SEES = {PostKind.POST: SEEING, PostKind.PAGE: (Permission.PAGE_MANAGE, Permission.POST_VIEW)}
PUBLISHED_LAST = Order(Edition.published_at, Edition.id, is_descending=True)
LOADED = (
    joinedload(Edition.author).options(*public.as_author()),
    joinedload(Edition.featured_media).lazyload("*"),
    joinedload(Edition.series),
    selectinload(Edition.tags),
)
CHANGED_LAST = Order(Post.updated_at, Post.id, is_descending=True)


class Texts:
    """The endpoints of one kind."""

    def __init__(self, kind: PostKind, blueprint: ApiBlueprint, changes: type[Schema], creating: Permission) -> None:
        self.kind, self.blueprint, self.sees = kind, blueprint, SEES[kind]
        shape = either(TextShape, DeskText, name=kind.value.capitalize())
        seeing = Needs(any_of=self.sees)
        act = blueprint.act
        act("GET", "", needs=PUBLIC, query=TextsQuery, gives=list_of(shape))(self.index)
        act("GET", "/<int:id>", needs=PUBLIC, query=ChooseView, gives=shape)(self.show)
        act("POST", "", needs=Needs(any_of=(creating,)), body=changes, gives=shape, status=201)(self.create)
        act("PATCH", "/<int:id>", needs=seeing, body=changes, gives=shape, versioned=True)(self.change)
        act("DELETE", "/<int:id>", needs=seeing, status=204, versioned=True)(self.trash)
        moves = f"/<int:id>/moves/<any({','.join(PostMove)}):move>"
        act("POST", moves, needs=seeing, body=MoveBody, gives=shape, versioned=True)(self.move)

    def index(self, query: dict[str, Any]) -> Response:
        """List, the newest first: by when they were published, on the desk by when they were changed."""
        if not is_desk(query):
            return answers.many(self._public_page(query), TextShape, query, without=LONG)
        viewer = desk_viewer(*self.sees)
        found = self._desk_page(query, viewer)
        known, policy = standings(db.session(), found.items, now()), PostPolicy(viewer)
        shown = [Worked(post, known[post.id], policy) for post in found.items]
        return answers.many(Page(shown, found.next), DeskText, query, without=LONG)

    def show(self, id: int, query: dict[str, Any]) -> Response:
        """One, with its text."""
        if is_desk(query):
            return self._worked(self._get(id, desk_viewer(*self.sees)), query)
        edition = public.page_of_post(db.session(), id, now())
        if edition is None or edition.kind is not self.kind:
            raise NotFound(_("There is nothing at this address."))
        return answers.one(edition, TextShape, query, version=f"e{edition.id}")

    def create(self, body: dict[str, Any]) -> Response:
        """Start a draft of one's own."""
        post = actions.create(db.session(), self.kind, body, by=signed_in(), at=now())
        answer = self._worked(queries.get(db.session(), post.id, viewer=signed_in()), {})
        answer.status_code = 201
        answer.headers["Location"] = url_for(f"{self.blueprint.name}.show", id=post.id)
        return answer

    def change(self, id: int, body: dict[str, Any]) -> Response:
        """Save the working text; readers see it once it is published."""
        post = self._get(id, signed_in(), for_update=True)
        try:
            base = self._base_version(post)
            actions.save(db.session(), post, body, base_version=base, by=signed_in(), at=now())
        except actions.SaveConflict as conflict:
            told = [
                {"field": one.field, "base": one.base, "yours": one.mine, "current": one.theirs}
                for one in conflict.differences
            ]
            raise conditions.stale(_both(post) | {"differences": told}) from conflict
        return self._worked(post, {})

    def trash(self, id: int) -> Response:
        """Move to the trash, from where it can be restored."""
        post = self._get(id, signed_in(), for_update=True)
        worked.require_seen(post)
        actions.move_post(db.session(), post, PostMove.TRASH, by=signed_in(), at=now())
        return answers.gone()

    def move(self, id: int, move: str, body: dict[str, Any]) -> Response:
        """Move along: submit, send back, publish, unpublish, archive, restore, trash."""
        wanted, by, at = PostMove(move), signed_in(), now()
        post = self._get(id, by, for_update=True)
        worked.require_seen(post, optional=True)
        times = {name: body[name] for name in ("live_from", "live_until") if name in body}
        if times and wanted is not PostMove.PUBLISH:
            sentence = _("Only publishing has times.")
            raise Invalid(sentence, dict.fromkeys(times, sentence))
        if times:
            actions.publish(db.session(), post, by=by, at=at, **times, note=body["note"])
        else:
            actions.move_post(db.session(), post, wanted, by=by, at=at, note=body["note"])
        return self._worked(post, {})

    def _public_page(self, query: dict[str, Any]) -> Page:
        wanted = queries.live_editions(now()).where(Edition.kind == self.kind, *text_filters.public_where(query))
        if not answers.asks_for("body_html", query):
            wanted = wanted.options(defer(Edition.body_html, raiseload=True))
        return page(wanted.options(*LOADED), PUBLISHED_LAST, query)

    def _desk_page(self, query: dict[str, Any], viewer: User) -> Page:
        loaded = queries.loaded() if answers.asks_for("body", query) else queries.listed()
        wanted = queries.viewable_by(viewer, self.kind).where(*text_filters.desk_where(query))
        return page(wanted.options(*loaded), CHANGED_LAST, query)

    def _get(self, id: int, viewer: User, *, for_update: bool = False) -> Post:
        post = queries.get(db.session(), id, viewer=viewer, for_update=for_update)
        if post.kind is not self.kind:
            raise NotFound(_("There is nothing at this address."))
        return post

    def _worked(self, post: Post, query: dict[str, Any]) -> Response:
        return answers.one(worked.as_worked(post), DeskText, query, version=worked.version(post))

    def _base_version(self, post: Post) -> int:
        """What the asker had before them; the domain compares it with what is there, field by field."""
        versions = conditions.seen()
        if versions is None or worked.version(post) in versions:
            return post.version
        numbers = [int(name[1:]) for name in versions if name[:1] == "w" and name[1:].isdecimal() and len(name) < 10]
        if not numbers:
            raise conditions.stale(_both(post))
        return max(numbers)


def _both(post: Post) -> dict[str, Any]:
    """What is there now, and what was sent."""
    return {"current": worked.current(post), "yours": json_sent()}
