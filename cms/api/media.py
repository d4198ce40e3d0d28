"""/api/v1/media"""

from typing import Any

from flask import Response, request, url_for
from marshmallow import Schema, fields, validate
from sqlalchemy import ColumnElement, select

from cms.api import answers, conditions
from cms.api.blueprint import ApiBlueprint
from cms.api.cursors import Order, page
from cms.api.shapes import ChooseView, Paging, list_of, moment, told, url_field
from cms.api.viewing import desk_viewer, is_desk, refuse_of_desk
from cms.core.errors import NotFound, marked
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.extensions import db
from cms.media import actions
from cms.media.models import Media, MediaKind
from cms.media.paths import path_of
from cms.media.policy import MediaPolicy
from cms.posts.known import image_is_known
from cms.web import now, signed_in
from cms.web.files import received
from cms.web.gate import PUBLIC, Needs

blueprint = ApiBlueprint("media", "Files of the library. Readers know of the images above live texts.")

SEES = (Permission.MEDIA_UPLOAD, Permission.MEDIA_MANAGE)
ADDED_LAST = Order(Media.created_at, Media.id, is_descending=True)
MOVES = {"trash": actions.trash, "restore": actions.restore}
UPLOAD = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    **{name: {"type": "string"} for name in actions.TEXTS},
                },
            }
        }
    },
}


class MediaShape(Schema):
    id = fields.Integer()
    kind = fields.Enum(MediaKind, by_value=True)
    url = url_field(path_of)
    filename = fields.String()
    mime = fields.String()
    bytes = fields.Integer()
    width = fields.Integer(allow_none=True)
    height = fields.Integer(allow_none=True)
    title = fields.String()
    alt = fields.String()
    decorative = fields.Boolean()
    caption = fields.String()
    focal_x = fields.Float(**told("The most important point, from the left: 0 to 1."))
    focal_y = fields.Float(**told("From the top."))
    created_at = fields.DateTime()
    updated_at = fields.DateTime()
    trashed_at = fields.DateTime(allow_none=True)


class MediaQuery(ChooseView, Paging):
    kind = fields.Enum(MediaKind, by_value=True)
    trashed = fields.Boolean(load_default=False, **told("Of the desk: what is in the trash, and nothing else."))
    since = moment(**told("Added from then on."))
    until = moment(**told("Added before then."))


class MediaChanges(Schema):
    """What is said about a file; what is left out stays."""

    title = fields.String()
    alt = fields.String()
    caption = fields.String()
    decorative = fields.Boolean()
    focal_x = fields.Float(validate=validate.Range(0, 1))
    focal_y = fields.Float(validate=validate.Range(0, 1))


@blueprint.act("GET", "", needs=PUBLIC, query=MediaQuery, gives=list_of(MediaShape))
def index(query: dict[str, Any]) -> Response:
    """List, what was added last first."""
    refuse_of_desk(query, "trashed")
    wanted = select(Media).where(_visible(query))
    if is_desk(query):
        wanted = wanted.where(Media.trashed_at.is_not(None) if query["trashed"] else Media.trashed_at.is_(None))
    if "kind" in query:
        wanted = wanted.where(Media.kind == query["kind"])
    if "since" in query:
        wanted = wanted.where(Media.created_at >= query["since"])
    if "until" in query:
        wanted = wanted.where(Media.created_at < query["until"])
    return answers.many(page(wanted, ADDED_LAST, query), MediaShape, query)


@blueprint.act("GET", "/<int:id>", needs=PUBLIC, query=ChooseView, gives=MediaShape)
def show(id: int, query: dict[str, Any]) -> Response:
    """One file; its bytes are at its `url`."""
    media = _there(db.session.scalar(select(Media).where(Media.id == id, _visible(query))))
    return answers.one(media, MediaShape, query, version=_version(media))


@blueprint.act(
    "POST",
    "",
    needs=Needs(any_of=(Permission.MEDIA_UPLOAD,)),
    gives=MediaShape,
    status=201,
    requestBody=UPLOAD,
)
def upload() -> Response:
    """Add a file; bytes that the library has already give their file back, unchanged."""
    sent = request.files.getlist("file")
    if len(sent) != 1 or not sent[0].filename:
        raise marked({"file": _("Choose one file.")})
    given = {name: request.form.get(name, "") for name in actions.TEXTS}
    actions.checked(given)  # before anything is stored
    prepared = received(sent[0])
    title, alt, caption = (given[name] for name in ("title", "alt", "caption"))
    media = actions.add(db.session(), prepared, by=signed_in(), at=now(), title=title, alt=alt, caption=caption)
    db.session.flush()
    return answers.made(media, MediaShape, url_for("api_media.show", id=media.id), version=_version(media))


@blueprint.act("PATCH", "/<int:id>", needs=Needs(any_of=SEES), body=MediaChanges, gives=MediaShape, versioned=True)
def change(id: int, body: dict[str, Any]) -> Response:
    """Change what is said about a file."""
    media = _locked(id)
    conditions.require_seen(_version(media), lambda: MediaShape().dump(media))
    actions.describe(db.session(), media, body, by=signed_in(), at=now())
    db.session.flush()
    return answers.one(media, MediaShape, version=_version(media))


@blueprint.act("DELETE", "/<int:id>", needs=Needs(any_of=SEES), status=204, versioned=True)
def trash(id: int) -> Response:
    """Move to the trash, from where it can be restored."""
    media = _locked(id)
    conditions.require_seen(_version(media), lambda: MediaShape().dump(media))
    actions.trash(db.session(), media, by=signed_in(), at=now())
    return answers.gone()


@blueprint.act(
    "POST",
    f"/<int:id>/moves/<any({','.join(MOVES)}):move>",
    needs=Needs(any_of=SEES),
    gives=MediaShape,
    versioned=True,
)
def move(id: int, move: str) -> Response:
    """Trash or restore."""
    media = _locked(id)
    conditions.require_seen(_version(media), lambda: MediaShape().dump(media), optional=True)
    MOVES[move](db.session(), media, by=signed_in(), at=now())
    db.session.flush()
    return answers.one(media, MediaShape, version=_version(media))


def _visible(query: dict[str, Any]) -> ColumnElement[bool]:
    return MediaPolicy(desk_viewer(*SEES)).viewable() if is_desk(query) else image_is_known(now())


def _locked(id: int) -> Media:
    media = db.session.get(Media, id, with_for_update=True)
    return _there(media if media is not None and MediaPolicy(signed_in()).may_view(media) else None)


def _there(media: Media | None) -> Media:
    if media is None:
        raise NotFound(_("There is no such file."))
    return media


def _version(media: Media) -> str:
    return conditions.version_of(media.updated_at)
