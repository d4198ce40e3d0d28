"""The little picture in the browser's tab: the site's logo, else our own."""

from flask import current_app, redirect
from werkzeug.wrappers import Response

from cms.web import settings
from cms.web.pictures import path_of, picture


def icon() -> Response:
    """Browsers ask for this address by themselves, whatever a page says."""
    logo = picture(settings().logo_id)
    return redirect(path_of(logo) if logo else current_app.jinja_env.globals["static_url"]("site-icon.svg"))  # type: ignore[operator]
