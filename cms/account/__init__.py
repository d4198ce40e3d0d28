"""Signing in, signing up, and one's own account."""

from flask import Flask

from cms.account import (
    codes,
    confirming,
    devices,
    joining,
    pages,
    profile,
    resetting,
    second_factor,
    second_step,
    sessions,
    setting_up,
    signing_in,
    tokens,
)
from cms.account.settings import SECURITY_SETTINGS
from cms.accounts.models import Role, User, WebAuthn
from cms.accounts.security import SQLAlchemyUserDatastore
from cms.extensions import db, security
from cms.web.gate import PUBLIC, SIGNED_IN, declare
from cms.web.requests import UPLOADS
from cms.web.runtimes import runtime_of

NEEDS = {
    "security.login": PUBLIC,
    "security.passkey_options": PUBLIC,
    "security.passkey": PUBLIC,
    "security.logout": PUBLIC,
    "second_step.code": PUBLIC,
    "second_step.recovery": PUBLIC,
    "joining.register": PUBLIC,
    "joining.sent": PUBLIC,
    "joining.confirm": PUBLIC,
    "resetting.forgot": PUBLIC,
    "resetting.sent": PUBLIC,
    "resetting.reset": PUBLIC,
    "setting_up.set_up": PUBLIC,
    "profile.confirm_email": PUBLIC,
    "profile.show": SIGNED_IN,
    "profile.security": SIGNED_IN,
    "profile.password": SIGNED_IN,
    "profile.email": SIGNED_IN,
    "profile.take_picture": SIGNED_IN,
    "profile.remove_picture": SIGNED_IN,
    "devices.show": SIGNED_IN,
    "devices.revoke": SIGNED_IN,
    "devices.revoke_all_others": SIGNED_IN,
    "confirming.confirm": SIGNED_IN,
    "tokens.show": SIGNED_IN,
    "tokens.create": SIGNED_IN,
    "tokens.revoke": SIGNED_IN,
    "second_factor.show": SIGNED_IN,
    "second_factor.start_app": SIGNED_IN,
    "second_factor.confirm_app": SIGNED_IN,
    "second_factor.cancel_app": SIGNED_IN,
    "second_factor.remove_app": SIGNED_IN,
    "second_factor.new_codes": SIGNED_IN,
    "second_factor.passkey_options": SIGNED_IN,
    "second_factor.add_passkey": SIGNED_IN,
    "second_factor.remove_passkey": SIGNED_IN,
}

AREAS = (signing_in, second_step, joining, resetting, setting_up, profile, devices, confirming, second_factor, tokens)


def init_app(app: Flask) -> None:
    """Bind this edge to an application."""
    app.config.update(SECURITY_SETTINGS, SECURITY_UPGRADE_HASHES=not app.testing)
    security.init_app(app, SQLAlchemyUserDatastore(db, User, Role, WebAuthn), register_blueprint=False)
    codes.init_app(app, runtime_of(app).config)
    sessions.init_app(app)
    pages.init_app(app, {area.blueprint.name for area in AREAS})
    second_factor.init_app(app)
    UPLOADS.add("profile.take_picture")
    for area in AREAS:
        app.register_blueprint(area.blueprint)
    for endpoint, needs in NEEDS.items():
        declare(app, endpoint, needs)
