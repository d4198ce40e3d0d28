"""Making an answer: the fields that were asked for, the link to the next page, and the ETag."""

from collections.abc import Collection
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, request
from marshmallow import Schema

from cms.api import conditions
from cms.api.cursors import Page
from cms.core.errors import marked
from cms.core.i18n import _


def one(thing: Any, shape: type[Schema], asked: dict[str, Any] | None = None, *, version: str = "") -> Response:
    """One thing, as it is at a version."""
    wanted = _wanted(shape, asked or {}, without=frozenset())
    return conditions.tag(jsonify(_dumper(shape, wanted).dump(thing)), version)


def made(thing: Any, shape: type[Schema], path: str, *, version: str = "") -> Response:
    """What has just been made, and where it is."""
    response = one(thing, shape, version=version)
    response.status_code = 201
    response.headers["Location"] = path
    return response


def many(page: Page, shape: type[Schema], asked: dict[str, Any], *, without: Collection[str] = ()) -> Response:
    """A page of a list; what it leaves out unless it is named is `without`.

    The link is the same in whatever order the parameters came, as the rest of the answer is.
    """
    wanted = _wanted(shape, asked, without=frozenset(without))
    items = _dumper(shape, wanted).dump(page.items, many=True)
    response = jsonify(items=items, next=page.next)
    if page.next is not None:
        others = sorted(pair for pair in request.args.items(multi=True) if pair[0] != "cursor")
        query = urlencode([*others, ("cursor", page.next)])
        response.headers["Link"] = f'<{request.path}?{query}>; rel="next"'
    return conditions.tag(response)


def gone() -> Response:
    """It was done, and there is nothing to show."""
    return Response(status=204)


def asks_for(name: str, asked: dict[str, Any]) -> bool:
    """Whether a long text was asked for by its name."""
    return name in _named(asked)


def _wanted(shape: type[Schema], asked: dict[str, Any], *, without: frozenset[str]) -> tuple[str, ...]:
    known = names_of(shape)
    return chosen(known, asked) if "fields_" in asked else tuple(name for name in known if name not in without)


def chosen(known: Collection[str], asked: dict[str, Any]) -> tuple[str, ...]:
    """The fields that were named, each of which must be known."""
    names = _named(asked)
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise marked({"fields": _("Choose from these: %(names)s.", names=", ".join(known))})
    return names


def _named(asked: dict[str, Any]) -> tuple[str, ...]:
    """Each once, with or without spaces between them."""
    names = (name.strip() for name in asked.get("fields_", "").split(","))
    return tuple(dict.fromkeys(name for name in names if name))


@lru_cache(maxsize=64)
def names_of(shape: type[Schema]) -> tuple[str, ...]:
    return tuple(shape().fields)


@lru_cache(maxsize=512)
def _dumper(shape: type[Schema], wanted: tuple[str, ...]) -> Schema:
    return shape(only=wanted)
