"""Copydesk: the back office of a publication, and the site that it publishes."""

from typing import TYPE_CHECKING

import config as deployment

if TYPE_CHECKING:
    from flask import Flask


def create_app(env: str | None = None, *, base_url: str = deployment.BASE_URL) -> "Flask":
    """An application for one of the four environments; `testing` migrates a fresh temporary database of its own.

    Whoever is about to listen says at which `base_url`; CMS_BASE_URL wins.
    """
    # Here, since they are all of it: whoever asks for help, or starts the processes that serve, does without.
    from cms import account, admin, api, cli, site, web
    from cms.web.application import Application

    settings = deployment.load(env, base_url=base_url)
    app = Application(__name__, instance_path=str(settings.instance), static_folder=None)
    web.configure(app, settings)
    web.init_app(app)
    account.init_app(app)
    admin.init_app(app)
    site.init_app(app)
    api.init_app(app)
    cli.init_app(app)
    web.ready(app)
    return app
