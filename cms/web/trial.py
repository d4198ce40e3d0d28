"""A public page as it would be with other settings, for whoever is about to decide."""

import contextvars

from flask import Flask, Response, g

from cms.core.db import begin_as
from cms.extensions import db
from cms.settings.queries import SiteSettings
from cms.web.proxies import this_app
from cms.web.runtimes import runtime


def page_with(path: str, settings: SiteSettings) -> Response:
    """Made as if a stranger asked, in a request of its own that only reads: nothing is kept, counted or written."""
    app, base_url = this_app(), runtime().config.base_url
    db.session.rollback()
    return contextvars.copy_context().run(_made, app, path, base_url, settings)


def is_trial() -> bool:
    """Whether the page that is being made is only tried out."""
    return bool(g.get("is_trial"))


def _made(app: Flask, path: str, base_url: str, settings: SiteSettings) -> Response:
    with app.app_context(), app.test_request_context(path, base_url=base_url):  # with a `g` and a session of its own
        begin_as(may_write=False)
        g.site_settings, g.is_trial, g.request_id = settings, True, ""
        try:
            return app.make_response(app.dispatch_request())
        except Exception as error:
            return app.make_response(app.handle_user_exception(error))
