"""What answers share: errors, lists, and how people, tags and files look wherever they are named."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from cms.core.calendar import is_within_calendar, outside_calendar
from cms.core.db import MAX_ID
from cms.media.paths import path_of
from cms.web import runtime

MOST_PER_PAGE = 100
VIEWS = ("public", "desk")


def absolute(path: str) -> str:
    """The full address of a page of this site."""
    return runtime().config.base_url + path


def id_field(*, strict: bool = True, **options: Any) -> fields.Integer:
    """A number that a row can have; in JSON a number and no text of digits."""
    return fields.Integer(strict=strict, validate=validate.Range(1, MAX_ID), **options)


def told(description: str) -> dict[str, Any]:
    """For the reader of the document."""
    return {"metadata": {"description": description}}


def url_field(path: Callable[[Any], str], description: str = "") -> fields.Function:
    """The full address of a page or a file, from its path."""
    about = {"type": "string", "format": "uri"} | ({"description": description} if description else {})
    return fields.Function(lambda thing: absolute(path(thing)), metadata=about)


class Fault(Schema):
    code = fields.String(required=True, **told("For programs, such as `not_allowed`."))
    message = fields.String(required=True, **told("For people: what was refused, and why."))
    fields_ = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        data_key="fields",
        required=True,
        **told("A sentence for each field at fault."),
    )
    current = fields.Raw(**told("Of 412: what is there now."))
    yours = fields.Raw(**told("Of 412: what you sent."))
    differences = fields.List(fields.Dict(), **told("Of 412 for texts: field by field `base`, `yours`, `current`."))


class Refusal(Schema):
    """Every refusal has this form."""

    error = fields.Nested(Fault, required=True)


class Choose(Schema):
    """Of one thing."""

    fields_ = fields.String(
        data_key="fields",
        validate=validate.Length(1, 500),
        **told("Only these fields, separated by commas. Long texts are in lists only where they are named."),
    )


class ChooseView(Choose):
    view = fields.String(
        load_default="public",
        validate=validate.OneOf(VIEWS),
        **told("`public`: what readers see. `desk`: what the back office shows to the owner of the token."),
    )


class Paging(Schema):
    limit = fields.Integer(load_default=20, validate=validate.Range(1, MOST_PER_PAGE))
    cursor = fields.String(validate=validate.Length(1, 1000), **told("`next` of the page before."))


class PersonShape(Schema):
    id = fields.Integer()
    username = fields.String()
    name = fields.String()
    url = url_field(lambda person: f"/authors/{person.username}")


class TagName(Schema):
    id = fields.Integer()
    name = fields.String()
    slug = fields.String()


class ImageShape(Schema):
    id = fields.Integer()
    url = url_field(path_of)
    width = fields.Integer(allow_none=True)
    height = fields.Integer(allow_none=True)


def either(public: type[Schema], desk: type[Schema], *, name: str) -> type[Schema]:
    """For the document: the fields of both views, of which those of one are answered."""
    both = {known: field for shape in (public, desk) for known, field in shape().fields.items()}
    return Schema.from_dict(both, name=name)


@cache
def list_of(item: type[Schema]) -> type[Schema]:
    """The schema of a page of these."""
    listed: dict[str, Any] = {
        "items": fields.List(fields.Nested(item), required=True),
        "next": fields.String(required=True, allow_none=True, **told("The cursor of the next page, if there is one.")),
    }
    return Schema.from_dict(listed, name=f"{item.__name__.removesuffix('Shape')}Page")


def words(**options: Any) -> fields.String:
    """A slug or a name to filter by: longer than any is a mistake."""
    return fields.String(validate=validate.Length(1, 200), **options)


def within_calendar(value: datetime) -> None:
    """At either end of time, no database can tell the moment in its own zone."""
    if not is_within_calendar(value):
        raise ValidationError(outside_calendar())


def moment(**options: Any) -> fields.AwareDateTime:
    """With a zone: without one nobody knows which moment is meant."""
    return fields.AwareDateTime(format="iso", validate=within_calendar, **options)
