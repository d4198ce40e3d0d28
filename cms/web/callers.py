"""Who asks as a program: a token in the Authorization header, or a JWT made from one. A cookie is never looked at."""

from dataclasses import dataclass

from flask import Flask, current_app, g, request
from sqlalchemy import ColumnElement
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from cms.accounts.models import User
from cms.core.db import fits
from cms.core.errors import NotAllowed
from cms.core.i18n import _
from cms.core.keys import derived_key
from cms.core.permissions import Permission
from cms.extensions import db
from cms.tokens import queries
from cms.tokens.actions import note_used
from cms.tokens.models import ApiToken
from cms.tokens.secrets import PREFIX, digest_of
from cms.web import jwts, noting, rates
from cms.web.areas import API_BASE
from cms.web.limits import network
from cms.web.rates import Rate
from cms.web.runtimes import runtime

REGISTRY = "copydesk_tokens_used"
#: Tokens that are none: nobody can guess one, but each costs a look into the database.
WRONG = Rate("wrong tokens", 30, 60)
LONGEST = 4096


@dataclass(frozen=True)
class Caller:
    """A token that is good, what it was given, and its owner, whose rights end where the token's do."""

    token: ApiToken
    user: User
    scopes: frozenset[str]
    is_jwt: bool = False


def init_app(app: Flask) -> None:
    app.extensions[REGISTRY] = noting.init_app(app, note_used)


def caller() -> Caller | None:
    """None where no token was sent; 401 where one was sent that is not good. Looked up once a request."""
    if "caller" not in g:
        g.caller = _look_up(request.headers.get("Authorization", ""))
    found: Caller | None = g.caller
    return found


def asks_for_token(error: str = "") -> Unauthorized:
    """The refusal that says how to ask (RFC 6750)."""
    told: dict[str, str | None] = {"realm": "copydesk"}
    if error:
        told["error"] = error
    words = (
        _("This token is not good, or not any more.") if error else _("Send a token: “Authorization: Bearer cds_…”.")
    )
    return Unauthorized(words, www_authenticate=WWWAuthenticate("bearer", told))


def token_key() -> str:
    """What digests of tokens are made with."""
    return derived_key(runtime().config.secret_key, "api tokens")


def audience() -> str:
    """What a JWT names that is meant for us."""
    return runtime().config.base_url + API_BASE


def _look_up(header: str) -> Caller | None:
    if not header:
        return None
    scheme, _space, text = header.partition(" ")
    text = text.strip()
    is_ours = scheme.lower() == "bearer" and len(text) <= LONGEST
    found = (_by_token(text) if text.startswith(PREFIX) else _by_jwt(text)) if is_ours else None
    if found is None:
        rates.count(WRONG, network())
        raise asks_for_token("invalid_token")
    if found.user.needs_second_factor:
        raise NotAllowed(_("Your role asks for a second factor. Set one up first."))
    current_app.extensions[REGISTRY].note(found.token.id, runtime().clock.now())
    return found


def _by_token(text: str) -> Caller | None:
    return _live(ApiToken.digest == digest_of(text, token_key()))


def _by_jwt(text: str) -> Caller | None:
    """Good while the token behind it is; with fewer rights than that where it says so."""
    config = runtime().config
    at = runtime().clock.now()
    claims = jwts.read(text, config.secret_key, issuer=config.base_url, audience=audience(), at=at)
    if claims is None or not fits(claims.token_id):
        return None
    found = _live(ApiToken.id == claims.token_id, within=claims.scopes)
    return found if found is not None and found.user.id == claims.user_id else None


def _live(which: ColumnElement[bool], *, within: frozenset[str] | None = None) -> Caller | None:
    """A JWT has at most what it says that it is `within`."""
    found = queries.live(db.session(), which, runtime().clock.now())
    if found is None:
        return None
    token, user = found
    scopes = frozenset(token.scopes) if within is None else within & frozenset(token.scopes)
    user.acts_within = frozenset(right for right in Permission if right in scopes)
    return Caller(token, user, scopes, is_jwt=within is not None)
