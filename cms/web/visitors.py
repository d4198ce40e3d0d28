"""Who is asking, when, and on which site; each looked up once a request."""

from collections.abc import Callable
from datetime import datetime

from flask import g, has_request_context, request
from flask_login import current_user

from cms.accounts.models import User
from cms.core.errors import NotAllowed
from cms.core.i18n import _
from cms.extensions import db
from cms.settings.queries import SiteSettings, load
from cms.web.areas import is_api
from cms.web.callers import caller
from cms.web.runtimes import runtime

#: In the environment of a request: a function of whoever passed it on, which tells the settings, or None.
SETTINGS = "copydesk.settings"
#: And the moment, where all of the answer is to be of one.
MOMENT = "copydesk.moment"


def now() -> datetime:
    """The time that rules are judged by; see `core.clock`."""
    given: datetime | None = request.environ.get(MOMENT) if has_request_context() else None
    return given or runtime().clock.now()


def visitor() -> User | None:
    """The person signed in, or None; reading it makes the answer depend on the cookie, or for programs on the token."""
    if is_api(request.path):
        asking = caller()
        return asking.user if asking is not None else None
    person = current_user._get_current_object()  # once, since whatever is asked of the proxy looks them up anew
    return person if person.is_authenticated else None


def signed_in() -> User:
    """The person signed in, where a view is only for such."""
    user = visitor()
    if user is None:
        raise NotAllowed(_("Sign in first."))
    return user


def settings() -> SiteSettings:
    """The site's settings; one query a request at most."""
    here = g._get_current_object()  # a werkzeug proxy; a page asks some thirty times
    found: SiteSettings | None = here.get("site_settings")
    if found is None:
        found = here.site_settings = _told() or load(db.session())
    return found


def _told() -> SiteSettings | None:
    """By whoever passed the request on."""
    tell: Callable[[], SiteSettings | None] | None = request.environ.get(SETTINGS) if has_request_context() else None
    return tell() if tell is not None else None
