"""Nothing is reachable that has not declared what it needs: every view carries a mark, or the app does not start."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from cms.accounts.policy import PlainPolicy
from cms.core.decision import require
from cms.core.errors import NotAllowed
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.tokens.scopes import LABELS
from cms.web.areas import is_api
from cms.web.callers import asks_for_token, caller
from cms.web.typed import typed
from cms.web.visitors import visitor

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Needs:
    """What an endpoint asks for before its view runs; the view itself still asks the policy for its subject."""

    public: bool = False
    signed_in: bool = False
    any_of: tuple[Permission, ...] = ()
    #: What no role grants and yet a token must have been given.
    scope: str = ""

    def __str__(self) -> str:
        if self.public:
            return "public"
        return self.scope or " | ".join(self.any_of) or "signed in"


PUBLIC = Needs(public=True)
SIGNED_IN = Needs(signed_in=True)

#: Endpoint → what it needs; filled by the edges as they register their routes.
REGISTRY = "copydesk_needs"


class Undeclared(Exception):
    """A route that nobody said anything about; the app must not start with one."""


def declare(app: Flask, endpoint: str, needs: Needs) -> None:
    """Say what an endpoint needs; saying it twice differently is a bug."""
    registry: dict[str, Needs] = app.extensions.setdefault(REGISTRY, {})
    if registry.setdefault(endpoint, needs) != needs:
        raise Undeclared(f"{endpoint} is declared twice, as {registry[endpoint]} and {needs}")


def needs_of(app: Flask, endpoint: str) -> Needs | None:
    """None where nobody declared it: closed to everybody."""
    found: Needs | None = app.extensions.get(REGISTRY, {}).get(endpoint)
    return found


def refuse_undeclared(app: Flask) -> None:
    """Raise Undeclared, naming every endpoint that has no declaration."""
    declare(app, "static", PUBLIC)
    missing = sorted({rule.endpoint for rule in app.url_map.iter_rules()} - app.extensions[REGISTRY].keys())
    if missing:
        raise Undeclared(f"These endpoints have not declared what they need: {', '.join(missing)}")


def init_app(app: Flask) -> None:
    app.before_request(_enforce)


def before(app: Flask, look: Callable[[], None]) -> None:
    """Ask this first, so that whoever is turned away has been counted."""
    asked = app.before_request_funcs[None]
    asked.insert(asked.index(_enforce), look)


def _enforce() -> Response | None:
    """Ask before the view runs; an address that leads nowhere has no endpoint and stays a 404."""
    if request.endpoint is None:
        return None
    needs = needs_of(current_app, request.endpoint)
    if needs is None:
        raise NotAllowed(_("This address is not open to anybody."))
    if needs.public or (request.method == "OPTIONS" and is_api(request.path)):  # which tells methods and no more
        return None
    user = visitor()
    if user is None:
        return to_sign_in()
    if needs.any_of:
        require(PlainPolicy(user).may_any(*needs.any_of))
    if needs.scope:
        _require_scope(needs.scope)
    return None


def _require_scope(scope: str) -> None:
    asking = caller()
    if asking is None or scope not in asking.scopes:
        raise NotAllowed(_("This token was not given the right “%(right)s”.", right=_(LABELS[scope])))


def to_sign_in() -> Response:
    """302 to the sign-in page, and back afterwards; for programs, and where a text would be lost, a refusal."""
    if is_api(request.path):
        raise asks_for_token()
    if typed():
        abort(401)
    here = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else ""
    return redirect(url_for("security.login", next=here or None))
