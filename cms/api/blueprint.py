"""How an endpoint of the API is declared: who may ask, what it takes and gives, and everything it may answer."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema

from cms.api.idempotency import HEADER, done_once
from cms.api.parsing import Parser
from cms.tokens.models import LONGEST_KEY
from cms.web.areas import API_BASE
from cms.web.gate import Needs
from cms.web.requests import SAFE_METHODS

View = Callable[..., Any]
#: What anything may be answered with, whoever asks for it.
ALWAYS = (400, 401, 403, 429, 503)
#: What the server refuses before it asks us, and so without our JSON.
BEFORE_US = {
    414: {"description": "The address is longer than the server reads."},
    431: {"description": "The headers are longer than the server reads."},
}
KEY = {
    "in": "header",
    "name": HEADER,
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
    "description": "The same key with the same request gets the same answer for 24 hours, a refusal too.",
}
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "schema": {"type": "string"},
    "description": "The ETag of what you had before you; `*` takes whatever is there.",
}


class ApiBlueprint(Blueprint):
    """One kind of things. Every endpoint says what it `needs`, or the application does not start."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, description: str) -> None:
        super().__init__(f"api_{name}", __name__, url_prefix=f"{API_BASE}/{name}", description=description)
        self.kind = name
        self.declared: dict[str, Needs] = {}
        self.reads: set[str] = set()
        #: Reads that need no token, each with the names of all that it may be asked with.
        self.open_to_all: dict[str, frozenset[str]] = {}

    def act(
        self,
        method: str,
        rule: str,
        *,
        needs: Needs,
        gives: type[Schema] | None = None,
        status: int = 200,
        query: type[Schema] | None = None,
        body: type[Schema] | None = None,
        versioned: bool = False,
        is_secret: bool = False,
        **doc: Any,
    ) -> Callable[[View], View]:
        """Register a view. Its query and body come by these names; what it changes is committed here, once.

        An answer that is secret is kept nowhere, under no key; such a view changes nothing.
        """
        is_safe = method in SAFE_METHODS

        def register(view: View) -> View:
            made = view if is_safe or is_secret else done_once(view)
            if body is not None:
                made = self.arguments(body, arg_name="body", required=_is_required(body))(made)
            if query is not None:
                made = self.arguments(query(), location="query", arg_name="query")(made)
            headers = _headers(method, versioned=versioned, keyed=not is_secret)
            described = doc | ({"parameters": headers} if headers else {})
            refusals = _refusals(rule, is_safe=is_safe, versioned=versioned, asks=bool(query or body))
            named = {"operationId": f"{self.kind}_{view.__name__}", "responses": refusals | BEFORE_US}
            made = self.doc(**described, **_said(needs), **named)(made)
            made = self.response(status, gives)(made)
            endpoint = view.__name__
            self.declared[f"{self.name}.{endpoint}"] = needs
            if is_safe:
                self.reads.add(f"{self.name}.{endpoint}")
            if is_safe and needs.public and query is not None:
                self.open_to_all[f"{self.name}.{endpoint}"] = _names(query)
            self.add_url_rule(rule, endpoint, made, methods=[method], tags=[self.kind])
            return view

        return register


def _is_required(body: type[Schema]) -> bool:
    return any(field.required for field in body().fields.values())


def _names(query: type[Schema]) -> frozenset[str]:
    """As they stand in an address."""
    return frozenset(field.data_key or name for name, field in query().fields.items())


def _headers(method: str, *, versioned: bool, keyed: bool) -> list[dict[str, Any]]:
    found = [KEY] if keyed and method == "POST" else []
    required = method in ("PATCH", "DELETE")
    return found + ([IF_MATCH | {"required": required}] if versioned else [])


def _refusals(rule: str, *, is_safe: bool, versioned: bool, asks: bool) -> dict[int, Any]:
    found = {*ALWAYS}
    if "<" in rule or not is_safe:
        found.add(404)
    if "<" in rule and not is_safe:  # what no id or move can be is an address of the site, which can only be read
        found.add(405)
    if is_safe:
        found.add(304)
    else:
        found |= {409, 413, 415, 422}
    if versioned:
        found |= {412, 428}
    if asks:
        found.add(422)
    return {status: HTTPStatus(status).name for status in sorted(found)}


def _said(needs: Needs) -> dict[str, Any]:
    """For readers of the document: whether a token is needed, and for which rights."""
    ways: list[dict[str, list[str]]] = [{"token": []}]
    return {"security": [{}, *ways] if needs.public else ways, "x-needs": str(needs)}
