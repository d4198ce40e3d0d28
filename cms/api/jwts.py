"""/api/v1/tokens: which token this is, a JWT made from it for others, and the key that they verify it with."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from flask import Response, jsonify, make_response
from marshmallow import Schema, fields, validate

from cms.api import answers, conditions
from cms.api.blueprint import ApiBlueprint
from cms.api.shapes import Choose, PersonShape, told
from cms.core.errors import NotAllowed, marked
from cms.core.i18n import _
from cms.tokens.policy import TokenPolicy
from cms.web import jwts, now, runtime
from cms.web.areas import API_BASE
from cms.web.callers import Caller, asks_for_token, audience, caller
from cms.web.gate import SIGNED_IN

blueprint = ApiBlueprint("tokens", "Who this token speaks for, and short-lived JWTs that others verify by themselves.")

MINUTES = int(jwts.LONGEST / timedelta(minutes=1))
JWKS = f"{API_BASE}/jwks.json"


class SelfShape(Schema):
    """The token of this request."""

    id = fields.Integer(attribute="token.id")
    name = fields.String(attribute="token.name")
    user = fields.Nested(PersonShape)
    scopes = fields.Function(
        lambda asking: rights_of(asking), **told("The rights of the token that its owner has just now.")
    )
    expires_at = fields.DateTime(attribute="token.expires_at")


class Wish(Schema):
    """What a JWT shall say."""

    audience = fields.String(
        validate=validate.Length(1, 300),
        **told("Whom it is for; this API itself where it is left out. Others refuse what is not for them."),
    )
    scopes = fields.List(fields.String(), **told("Some of the token's rights; all of them where they are left out."))
    minutes = fields.Integer(strict=True, load_default=5, validate=validate.Range(1, MINUTES))


class Minted(Schema):
    token = fields.String(required=True)
    expires_at = fields.DateTime(required=True)


@blueprint.act("GET", "/self", needs=SIGNED_IN, query=Choose, gives=SelfShape)
def show(query: dict[str, Any]) -> Response:
    """Who this token speaks for, and what it may do."""
    return answers.one(_asking(), SelfShape, query)


@blueprint.act("POST", "/jwt", needs=SIGNED_IN, body=Wish, gives=Minted, status=201, is_secret=True)
def mint(body: dict[str, Any]) -> Response:
    """A JWT of at most 15 minutes, signed with EdDSA. Whoever gets it verifies it with the key of `jwks.json`."""
    asking, at = _asking(), now()
    if asking.is_jwt:
        raise NotAllowed(_("A JWT is made from a token and not from another JWT."))
    held = rights_of(asking)
    scopes = body.get("scopes", held)
    lacking = [scope for scope in scopes if scope not in held]
    if lacking:
        raise marked({"scopes": _("This token does not have these rights: %(rights)s.", rights=", ".join(lacking))})
    ends = at.replace(microsecond=0) + timedelta(minutes=body["minutes"])
    claims = {
        "iss": runtime().config.base_url,
        "sub": str(asking.user.id),
        "aud": body.get("audience") or audience(),
        "iat": int(at.timestamp()),
        "exp": int(ends.timestamp()),
        "jti": str(uuid4()),
        "tid": str(asking.token.id),
        "scope": " ".join(scopes),
    }
    made = {"token": jwts.signed(runtime().config.secret_key, claims), "expires_at": ends}
    return make_response(jsonify(Minted().dump(made)), 201)


def keys() -> Response:
    """The public half of the key, for whoever verifies (RFC 7517)."""
    return conditions.tag(jsonify(keys=[jwts.public_key(runtime().config.secret_key)]))


def rights_of(asking: Caller) -> list[str]:
    """Those of its scopes that its owner has at this moment, in the order in which they are offered."""
    return [scope for scope in TokenPolicy(asking.user).giveable() if scope in asking.scopes]


def _asking() -> Caller:
    found = caller()
    if found is None:
        raise asks_for_token()
    return found
