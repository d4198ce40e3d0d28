"""/api/v1/series"""

from typing import Any

from flask import Response, url_for
from marshmallow import Schema, fields
from sqlalchemy import ColumnElement, select, true

from cms.api import answers, conditions
from cms.api.blueprint import ApiBlueprint
from cms.api.cursors import Order, page
from cms.api.shapes import ChooseView, Paging, list_of, url_field, words
from cms.api.viewing import desk_viewer, is_desk
from cms.core.errors import NotFound
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.extensions import db
from cms.posts import actions, known
from cms.posts.slugs import path_of_series
from cms.series import actions as series_acts
from cms.series.models import Series
from cms.web import now, signed_in
from cms.web.gate import PUBLIC, Needs

blueprint = ApiBlueprint("series", "What posts are parts of. Readers know of those that have a live part.")

MANAGE = Needs(any_of=(Permission.TAG_MANAGE,))
BY_TITLE = Order(Series.title, Series.id)


class SeriesShape(Schema):
    id = fields.Integer()
    title = fields.String()
    slug = fields.String()
    description = fields.String()
    url = url_field(lambda series: path_of_series(series.slug))
    created_at = fields.DateTime()
    updated_at = fields.DateTime()


class SeriesQuery(ChooseView, Paging):
    slug = words()


class SeriesChanges(Schema):
    """What can be changed; what is left out stays."""

    title = fields.String()
    slug = fields.String()
    description = fields.String()


@blueprint.act("GET", "", needs=PUBLIC, query=SeriesQuery, gives=list_of(SeriesShape))
def index(query: dict[str, Any]) -> Response:
    """List, by title. The parts of one are posts: `/posts?series=…`."""
    wanted = select(Series).where(_visible(query))
    if "slug" in query:
        wanted = wanted.where(Series.slug == query["slug"])
    return answers.many(page(wanted, BY_TITLE, query), SeriesShape, query)


@blueprint.act("GET", "/<int:id>", needs=PUBLIC, query=ChooseView, gives=SeriesShape)
def show(id: int, query: dict[str, Any]) -> Response:
    """One series."""
    series = _there(db.session.scalar(select(Series).where(Series.id == id, _visible(query))))
    return answers.one(series, SeriesShape, query, version=_version(series))


@blueprint.act("POST", "", needs=MANAGE, body=SeriesChanges, gives=SeriesShape, status=201)
def create(body: dict[str, Any]) -> Response:
    """Make a series; its slug comes from the title where none is given."""
    series = series_acts.create(db.session(), body, by=signed_in(), at=now())
    db.session.flush()
    return answers.made(series, SeriesShape, url_for("api_series.show", id=series.id), version=_version(series))


@blueprint.act("PATCH", "/<int:id>", needs=MANAGE, body=SeriesChanges, gives=SeriesShape, versioned=True)
def change(id: int, body: dict[str, Any]) -> Response:
    """Rename or describe; an address that is given up leads to the new one."""
    series = _locked(id)
    actions.update_series(db.session(), series, body, base_version=series.version, by=signed_in(), at=now())
    db.session.flush()
    return answers.one(series, SeriesShape, version=_version(series))


@blueprint.act("DELETE", "/<int:id>", needs=MANAGE, status=204, versioned=True)
def delete(id: int) -> Response:
    """Take every post out of it and delete it; the record brings it back."""
    actions.delete_series(db.session(), _locked(id), by=signed_in(), at=now())
    return answers.gone()


def _visible(query: dict[str, Any]) -> ColumnElement[bool]:
    """Whoever writes may place a post in any of them."""
    if not is_desk(query):
        return known.series_is_known(now())
    desk_viewer(Permission.TAG_MANAGE, Permission.POST_EDIT, Permission.POST_CREATE)
    return true()


def _locked(id: int) -> Series:
    series = _there(db.session.get(Series, id, with_for_update=True))
    conditions.require_seen(_version(series), lambda: SeriesShape().dump(series))
    return series


def _there(series: Series | None) -> Series:
    if series is None:
        raise NotFound(_("There is no such series."))
    return series


def _version(series: Series) -> str:
    return f"s{series.version}"
