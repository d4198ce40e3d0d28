"""REST for programs, under /api/v1: the same actions and policies as in the back office, as JSON."""

from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Flask
from flask_smorest import Api

from cms.api import comments, cors, docs, jwts, keeping, limits, media, pages, posts, series, settings, tags, users
from cms.api.blueprint import ApiBlueprint
from cms.api.shapes import Refusal
from cms.core.db import MAX_ID
from cms.extensions import csrf
from cms.web import callers
from cms.web.app import RowId
from cms.web.gate import PUBLIC, declare
from cms.web.origins import LOOKED_AT
from cms.web.requests import READ_APART, UPLOADS

#: In the order of the document.
AREAS: tuple[ApiBlueprint, ...] = (
    posts.blueprint,
    pages.blueprint,
    tags.blueprint,
    series.blueprint,
    media.blueprint,
    comments.blueprint,
    users.blueprint,
    settings.blueprint,
    jwts.blueprint,
)
SETTINGS = {
    "API_TITLE": "Copydesk",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
}
TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "description": "A token of yours (`cds_…`), made under /account/tokens, or a JWT made from one.",
}


class CopydeskApi(Api):
    """flask-smorest without its own error pages: refusals are told by `cms.web.errors` alone."""

    ERROR_SCHEMA = Refusal
    #: Every status is named where it may come; none is left to chance.
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        pass


def init_app(app: Flask) -> None:
    """Bind this edge to an application. What an area does not declare keeps the application from starting."""
    app.config.update(SETTINGS)
    callers.init_app(app)
    for hook in (limits, keeping, cors):
        hook.init_app(app)
    api = CopydeskApi(app, spec_kwargs={"marshmallow_plugin": MarshmallowPlugin(schema_name_resolver=_name_of)})
    api.register_converter(RowId, lambda _converter: {"type": "integer", "minimum": 1, "maximum": MAX_ID})
    api.spec.components.security_scheme("token", TOKEN)
    for area in AREAS:
        api.register_blueprint(area)
        csrf.exempt(area)  # nothing here looks at a cookie
        READ_APART.update(area.reads)
        for endpoint, needs in area.declared.items():
            declare(app, endpoint, needs)
            LOOKED_AT.add(endpoint)
    keeping.keep(app, AREAS)
    UPLOADS.add("api_media.upload")
    app.add_url_rule(jwts.JWKS, "api_jwks", jwts.keys)
    declare(app, "api_jwks", PUBLIC)
    app.register_blueprint(Blueprint("api", __name__, template_folder="templates"))
    docs.init_app(app, api)


def _name_of(schema: Any) -> str:
    """As in the code, without what says that it is a shape."""
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__.removesuffix("Shape")
