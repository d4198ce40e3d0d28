"""Refusals as HTTP: which status, and a page for people or JSON for programs. The only place that knows both."""

import errno
import logging
import socket
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from jinja2 import TemplateNotFound
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError
from werkzeug.exceptions import ClientDisconnected, HTTPException, Unauthorized

from cms.core import deadline
from cms.core.db_errors import is_away, is_bad_value
from cms.core.deadline import TimeIsUp
from cms.core.errors import CmsError, Conflict, Invalid, NotAllowed, NotFound, Stale, TooLarge, TooOften, Unseen
from cms.core.i18n import _
from cms.extensions import db
from cms.web.areas import is_api, is_desk
from cms.web.doors import path_of
from cms.web.themes import render
from cms.web.typed import Typed, typed
from cms.web.visitors import visitor

log = logging.getLogger(__name__)

STATUS: dict[type[CmsError], int] = {
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    Stale: 412,
    TooLarge: 413,
    Invalid: 422,
    Unseen: 428,
    TooOften: 429,
    CmsError: 400,
}
RETRY_SECONDS = 2
#: What another try may find mended: another machine, or this one's disk and its limits. Any other OSError is a bug.
AWAY = (ConnectionError, TimeoutError, socket.gaierror)
FULL_OR_BROKEN = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
    | {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ESTALE}
)


def init_app(app: Flask) -> None:
    app.register_error_handler(CmsError, refused)
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(StaleDataError, _on_stale)
    app.register_error_handler(ObjectDeletedError, _on_deleted)
    app.register_error_handler(DBAPIError, _on_database)
    app.register_error_handler(PoolTimeout, _on_database)
    app.register_error_handler(OverflowError, _on_database)
    app.register_error_handler(OSError, _on_system)
    app.register_error_handler(TimeIsUp, _on_time_up)
    app.register_error_handler(Exception, _on_bug)


def status_of(error: CmsError) -> int:
    """The status of the nearest ancestor."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def refused(error: CmsError) -> Response:
    """A refusal as an answer; whatever was half done is rolled back."""
    fields = error.fields if isinstance(error, Invalid) else None
    told = error.told if isinstance(error, Stale) else None
    response = answer(status_of(error), error.code, error.message, fields=fields, told=told)
    if isinstance(error, TooOften):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _on_http(error: HTTPException) -> Response:
    if isinstance(error, ClientDisconnected) and isinstance(error.__context__, TimeoutError):
        return _unavailable(error)  # they fell silent
    if error.response is not None or error.code is None or error.code < 400:
        return make_response(error.get_response())
    unsaved = typed() if isinstance(error, CSRFError | Unauthorized) else None
    response = answer(error.code, _code_of(error), _describe(error, unsaved), unsaved=unsaved)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After", "WWW-Authenticate"):
            response.headers[name] = value
    return response


def _code_of(error: HTTPException) -> str:
    """The word that our own refusals of this status carry, so that programs learn one; else HTTP's."""
    ours = (kind.code for kind, status in STATUS.items() if status == error.code and kind is not CmsError)
    return next(ours, error.name.lower().replace(" ", "_"))


def _describe(error: HTTPException, unsaved: Typed | None) -> str:
    if unsaved is not None:
        if visitor() is None:
            return _("Your sign-in ended while you wrote, and this was not saved yet.")
        return _("You have signed in again since you began to write, and this was not saved yet.")
    if isinstance(error, CSRFError):
        return _("This form was open too long, or in another sign-in. Go back, reload the page and try again.")
    words = {
        400: _("The request is malformed. Go back, reload the page and try again."),
        403: _("You may not do this."),
        404: _("There is nothing at this address."),
        405: _("This address does not take that kind of request."),
        413: _("This is larger than the site accepts."),
        415: _("Send JSON, and say so: “Content-Type: application/json”."),
        429: _("Too many requests. Wait a moment."),
    }
    own = error.description if error.description != type(error).description else None
    return own or words.get(error.code or 500, "") or error.name


def _on_stale(_error: StaleDataError) -> Response:
    db.session.rollback()  # first, since even the words of an answer ask who is reading
    return answer(409, "conflict", _("Somebody else changed this at the same moment. Reload the page and try again."))


def _on_deleted(_error: ObjectDeletedError) -> Response:
    db.session.rollback()
    return answer(404, "not_found", _("Somebody else deleted this at the same moment."))


def _on_database(error: DBAPIError | PoolTimeout | OverflowError) -> Response:
    if is_away(error):
        return _unavailable(error)
    db.session.rollback()
    if is_bad_value(error):
        return answer(400, "malformed", _("The request holds a value that cannot be stored."))
    if isinstance(error, IntegrityError):
        log.warning("integrity: %s", type(error.orig).__name__)
        return answer(409, "conflict", _("This clashes with something that was saved at the same moment. Try again."))
    return _on_bug(error)


def _on_system(error: OSError) -> Response:
    is_away = isinstance(error, AWAY) or error.errno in FULL_OR_BROKEN
    return _unavailable(error) if is_away else _on_bug(error)


def _on_time_up(error: TimeIsUp) -> Response:
    deadline.end()  # for whatever has to be asked to say so
    return _unavailable(error)


def _unavailable(error: BaseException) -> Response:
    log.warning("unavailable: %s", type(error).__name__, exc_info=error)
    g.failing = True
    response = answer(503, "unavailable", _("The site is busy or being repaired. Try again in a moment."))
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _on_bug(error: Exception) -> Response:
    log.error("unexpected %s at %s %s", type(error).__name__, request.method, path_of(request), exc_info=error)
    g.failing = True
    return answer(500, "error", _("Something went wrong on our side. It was noted."))


def answer(
    status: int,
    code: str,
    message: str,
    *,
    fields: dict[str, str] | None = None,
    unsaved: Typed | None = None,
    told: dict[str, Any] | None = None,
) -> Response:
    """A refusal in the form that fits who asked; whatever was half done is rolled back first.

    What is unsaved is given back where the page that it was typed on cannot be.
    """
    db.session.rollback()
    if is_api(request.path):
        error = {"code": code, "message": message, "fields": fields or {}} | (told or {})
        return make_response(jsonify(error=error), status)
    return make_response(_page(status, message, unsaved), status)


def _page(status: int, message: str, unsaved: Typed | None) -> str:
    """The back office's or the site's error page; a plain one where even that fails (the database may be away)."""
    is_of_desk = is_desk(request.path)
    values: dict[str, Any] = {"status": status, "message": message, "request_id": g.get("request_id", "")}
    values["unsaved"] = unsaved
    if not g.get("failing"):
        try:
            return render_template("admin/error.html", **values) if is_of_desk else render("site/error.html", **values)
        except (DBAPIError, PoolTimeout, TemplateNotFound):
            db.session.rollback()
    g.failing = True
    return _plain(values)


def _plain(values: dict[str, Any]) -> str:
    """Without what is put around other pages, which asks the database."""
    return current_app.jinja_env.get_template("plain_error.html").render(**values)
