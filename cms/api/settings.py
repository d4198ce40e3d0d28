"""/api/v1/settings"""

from typing import Any

from flask import Response, jsonify
from marshmallow import Schema, fields

from cms.api import answers, conditions
from cms.api.blueprint import ApiBlueprint
from cms.api.shapes import ChooseView, told
from cms.api.viewing import desk_viewer, is_desk
from cms.core.permissions import Permission
from cms.extensions import db
from cms.settings.actions import change as change_settings
from cms.settings.declared import BY_KEY, DECLARED
from cms.settings.queries import hold, load, newest_change
from cms.web import now, signed_in
from cms.web.gate import PUBLIC, Needs

blueprint = ApiBlueprint("settings", "What the site is called and how it behaves, by key.")

MANAGE = (Permission.SETTINGS_MANAGE,)


#: Each setting under its key; what its value may be is said, and judged, by its declaration.
SettingsShape: type[Schema] = Schema.from_dict(
    {setting.key: fields.Raw(allow_none=True, **told(setting.help)) for setting in DECLARED}, name="Settings"
)


@blueprint.act("GET", "", needs=PUBLIC, query=ChooseView, gives=SettingsShape)
def show(query: dict[str, Any]) -> Response:
    """Those that readers see the effect of; on the desk all of them."""
    if is_desk(query):
        desk_viewer(*MANAGE)
    return _answer([setting.key for setting in DECLARED if is_desk(query) or setting.is_public], query)


@blueprint.act("PATCH", "", needs=Needs(any_of=MANAGE), body=SettingsShape, gives=SettingsShape, versioned=True)
def change(body: dict[str, Any]) -> Response:
    """Change those that are named; all of them, or none where one is at fault."""
    hold(db.session())
    conditions.require_seen(_version(), _all)
    change_settings(db.session(), body, by=signed_in(), at=now())
    db.session.flush()
    return _answer(list(BY_KEY), {})


def _answer(keys: list[str], query: dict[str, Any]) -> Response:
    if "fields_" in query:
        keys = list(answers.chosen(keys, query))
    values = _all()
    return conditions.tag(jsonify({key: values[key] for key in keys}), _version())


def _all() -> dict[str, Any]:
    return load(db.session()).as_dict()


def _version() -> str:
    return conditions.version_of(newest_change(db.session()))
