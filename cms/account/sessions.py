"""The cookie of a signed-in browser, and the row behind it that is looked at on every request."""

from datetime import timedelta

from flask import Flask, Response, current_app, g, request, session
from flask_login import LoginManager
from flask_login.utils import _user_context_processor

from cms.accounts import queries
from cms.accounts.actions import sessions as actions
from cms.accounts.actions.sessions import Device
from cms.accounts.models import User, UserSession
from cms.accounts.security import login_user, logout_user, user_authenticated
from cms.extensions import db, security
from cms.web import noting, now, settings, visitor

SECRET = "sid"  # noqa: S105 - the name of a key in the cookie
#: Tells the script of public pages that somebody is signed in, and nothing else; readable by scripts.
MARKER = "copydesk-here"
REGISTRY = "copydesk_seen"


def init_app(app: Flask) -> None:
    manager: LoginManager = app.login_manager  # type: ignore[attr-defined]
    manager.user_loader(_load)
    manager.request_loader(lambda _request: None)
    _leave_public_pages_alone(app, manager)
    user_authenticated.connect(_open, app)
    app.extensions[REGISTRY] = noting.init_app(app, actions.note_seen)


def _leave_public_pages_alone(app: Flask, manager: LoginManager) -> None:
    """Flask-Login and Flask-Principal look into the cookie at every request; public pages must not depend on it."""
    app.after_request_funcs[None].remove(manager._update_remember_cookie)
    app.template_context_processors[None].remove(_user_context_processor)
    security.principal.identity_loaders.clear()


def device() -> Device:
    """The browser that sent this request."""
    return Device(request.remote_addr or "", request.user_agent.string)


def idle_limit() -> timedelta:
    return timedelta(minutes=settings().session_idle_minutes)


def sign_in(user: User, *, remember: bool, via: str) -> None:
    """Sign somebody in for good, every factor having been checked; the caller commits."""
    g.sign_in_remembered, g.sign_in_via = remember, via
    login_user(user, remember=False, authn_via=[via])


def sign_out() -> None:
    """End the session of this browser; the caller commits."""
    user, opened = visitor(), current_session()
    if user is not None and opened is not None:
        actions.close_session(db.session(), opened, by=user, at=now())
    logout_user()
    session.clear()


def current_session() -> UserSession | None:
    """The row of this browser's session, once somebody is known to be signed in."""
    found: UserSession | None = g.get("user_session")
    return found


def _load(_user_id: str) -> User | None:
    """Flask-Login's question: who is this? Asked once a request."""
    secret = session.get(SECRET)
    if not isinstance(secret, str):
        return None
    at = now()
    found = queries.live_session(db.session(), secret, at=at, idle=idle_limit())
    if found is None:
        return None
    g.user_session, user = found
    if abs(at - g.user_session.last_seen_at) >= noting.FLUSH_EVERY:
        current_app.extensions[REGISTRY].note(g.user_session.id, at)
    return user


def _open(_app: Flask, user: User, **_more: object) -> None:
    """Flask-Security's signal. What the cookie held before is dropped: an attacker may have put it there."""
    remembered: bool = g.pop("sign_in_remembered", False)
    site = settings()
    lasts = timedelta(days=site.remember_days) if remembered else timedelta(hours=site.session_hours)
    opened, secret = actions.open_session(
        db.session(),
        user,
        device(),
        at=now(),
        lasts=lasts,
        remembered=remembered,
        via=g.pop("sign_in_via", "password"),
    )
    session.clear()
    g.pop("csrf_token", None)
    session["_user_id"] = user.fs_uniquifier
    session[SECRET] = secret
    session.permanent = remembered
    g.user_session = opened


def mark(response: Response) -> Response:
    """Set or remove the marker beside the real cookie, after signing in or out."""
    if SECRET in session:
        age = int(current_app.permanent_session_lifetime.total_seconds()) if session.permanent else None
        secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
        response.set_cookie(MARKER, "1", max_age=age, secure=secure, samesite="Lax")
    else:
        response.delete_cookie(MARKER, samesite="Lax")
    return response
