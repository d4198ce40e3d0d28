"""/api/v1/tags"""

from typing import Any

from flask import Response, url_for
from marshmallow import Schema, fields
from sqlalchemy import ColumnElement, select

from cms.api import answers, conditions
from cms.api.blueprint import ApiBlueprint
from cms.api.cursors import Order, page
from cms.api.shapes import ChooseView, Paging, id_field, list_of, url_field, words
from cms.api.viewing import desk_viewer, is_desk
from cms.core.errors import NotFound
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.extensions import db
from cms.posts import actions, known
from cms.posts.slugs import path_of_tag
from cms.taxonomy import actions as taxonomy
from cms.taxonomy.models import Tag
from cms.web import now, signed_in
from cms.web.gate import PUBLIC, Needs

blueprint = ApiBlueprint("tags", "What posts are about. Readers know of those that live posts have.")

MANAGE = Needs(any_of=(Permission.TAG_MANAGE,))
BY_NAME = Order(Tag.name, Tag.id)


class TagShape(Schema):
    id = fields.Integer()
    name = fields.String()
    slug = fields.String()
    description = fields.String()
    parent_id = fields.Integer(allow_none=True)
    url = url_field(lambda tag: path_of_tag(tag.slug))
    created_at = fields.DateTime()
    updated_at = fields.DateTime()


class TagsQuery(ChooseView, Paging):
    slug = words()
    parent_id = id_field(strict=False)


class TagChanges(Schema):
    """What can be changed; what is left out stays."""

    name = fields.String()
    slug = fields.String()
    description = fields.String()
    parent_id = id_field(allow_none=True)


@blueprint.act("GET", "", needs=PUBLIC, query=TagsQuery, gives=list_of(TagShape))
def index(query: dict[str, Any]) -> Response:
    """List, by name."""
    wanted = select(Tag).where(_visible(query))
    for name in ("slug", "parent_id"):
        if name in query:
            wanted = wanted.where(getattr(Tag, name) == query[name])
    return answers.many(page(wanted, BY_NAME, query), TagShape, query)


@blueprint.act("GET", "/<int:id>", needs=PUBLIC, query=ChooseView, gives=TagShape)
def show(id: int, query: dict[str, Any]) -> Response:
    """One tag."""
    tag = _there(db.session.scalar(select(Tag).where(Tag.id == id, _visible(query))))
    return answers.one(tag, TagShape, query, version=_version(tag))


@blueprint.act("POST", "", needs=MANAGE, body=TagChanges, gives=TagShape, status=201)
def create(body: dict[str, Any]) -> Response:
    """Make a tag; its slug comes from the name where none is given."""
    tag = taxonomy.create(db.session(), body, by=signed_in(), at=now())
    db.session.flush()
    return answers.made(tag, TagShape, url_for("api_tags.show", id=tag.id), version=_version(tag))


@blueprint.act("PATCH", "/<int:id>", needs=MANAGE, body=TagChanges, gives=TagShape, versioned=True)
def change(id: int, body: dict[str, Any]) -> Response:
    """Rename, describe or move; an address that is given up leads to the new one."""
    tag = _locked(id)
    actions.update_tag(db.session(), tag, body, by=signed_in(), at=now())
    db.session.flush()
    return answers.one(tag, TagShape, version=_version(tag))


@blueprint.act("DELETE", "/<int:id>", needs=MANAGE, status=204, versioned=True)
def delete(id: int) -> Response:
    """Take it from every post and delete it; the record brings it back."""
    actions.delete_tag(db.session(), _locked(id), by=signed_in(), at=now())
    return answers.gone()


def _visible(query: dict[str, Any]) -> ColumnElement[bool]:
    """Whoever writes may tag with any of them."""
    if not is_desk(query):
        return known.tag_is_known(now())
    desk_viewer(Permission.TAG_MANAGE, Permission.POST_EDIT, Permission.POST_CREATE, Permission.PAGE_MANAGE)
    return Tag.id > 0


def _locked(id: int) -> Tag:
    tag = _there(db.session.get(Tag, id, with_for_update=True))
    conditions.require_seen(_version(tag), lambda: TagShape().dump(tag))
    return tag


def _there(tag: Tag | None) -> Tag:
    if tag is None:
        raise NotFound(_("There is no such tag."))
    return tag


def _version(tag: Tag) -> str:
    return conditions.version_of(tag.updated_at)
